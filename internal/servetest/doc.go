// Package servetest holds no code of the product: its tests run the service as people run it, as processes of the built binary, kill
// them at bad moments, load them and count. They know the service by its commands and its API only.
package servetest
