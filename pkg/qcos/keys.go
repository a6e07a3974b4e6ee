package qcos

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/softquantus/qcos/pkg/api"
)

// Keys lists the account's keys, without their secrets. Managing keys needs a login session: see WithToken.
func (c *Client) Keys(ctx context.Context) ([]api.Key, error) {
	var list api.KeyList
	err := c.do(ctx, call{method: http.MethodGet, path: api.PathKeys}, &list)
	return list.Keys, err
}

// CreateKey makes a key. The answer is the only one that ever holds its secret. It is not sent again where the server may have
// made the key already.
func (c *Client) CreateKey(ctx context.Context, r api.CreateKeyRequest) (*api.NewKey, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	return ask[api.NewKey](ctx, c, call{method: http.MethodPost, path: api.PathKeys, body: body, once: true})
}

// RevokeKey ends a key at once.
func (c *Client) RevokeKey(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: api.KeyPath(id)}, nil)
}

// RotateKey makes a new key in the place of an old one, which works for 24 hours more. It is not sent again where the server may
// have done it already.
func (c *Client) RotateKey(ctx context.Context, id string) (*api.RotatedKey, error) {
	return ask[api.RotatedKey](ctx, c, call{method: http.MethodPost, path: api.RotateKeyPath(id), once: true})
}
