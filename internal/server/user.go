package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/pkg/api"
)

type userOutput struct{ Body api.UserInfo }

func (s *Server) registerUser() {
	huma.Register(s.api, s.operation("user", http.MethodGet, api.PathUser, "Tell what your account may do and did today", account.Read), s.user)
}

func (s *Server) user(ctx context.Context, _ *struct{}) (*userOutput, error) {
	info, err := s.o.Accounts.Info(ctx, callerOf(ctx).User)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &userOutput{api.UserInfo{
		User: info.Email, Tier: api.Tier(info.Tier), JobsToday: int(info.JobsToday), DailyLimit: dailyLimit(info.Limits),
		MaxQubits: int(info.Limits.Qubits), MaxShots: int(info.Limits.Shots),
		Priority: api.Priority(info.Limits.Priority.String()), ResetsAt: api.NewTime(info.ResetsAt),
	}}, nil
}

func dailyLimit(l account.Limits) api.Limit {
	if l.JobsPerDay == account.Unlimited {
		return api.Unlimited
	}
	return api.Limit(l.JobsPerDay)
}
