package web

import "strings"

// Forms are the paths of all routes that take a form.
func (s *Server) Forms() []string {
	var paths []string
	for _, p := range s.patterns {
		if path, ok := strings.CutPrefix(p, "POST "); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// AssetPath is where a file of the pages is.
func (s *Server) AssetPath(name string) string { return "/app/assets/" + s.pages.names[name] }
