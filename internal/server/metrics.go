package server

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

// Gauges is what metrics ask of the store of jobs: job.Store has it.
type Gauges interface {
	Depths(ctx context.Context) (queued, processing map[account.Priority]int, err error)
	Loads(ctx context.Context) ([]job.Load, error)
}

// metrics counts what the server does, in a registry of its own.
type metrics struct {
	http.Handler
	seconds  *prometheus.HistogramVec
	accepted *prometheus.CounterVec
	refusals *prometheus.CounterVec
	inFlight prometheus.Gauge
	waiting  prometheus.Gauge
}

// scrapePatience is how long one reading of the metrics may ask the database.
const scrapePatience = 3 * time.Second

func newMetrics(g Gauges) *metrics {
	m := &metrics{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "qcos_http_request_seconds", Help: "Time to answer a request, with the time it was held back for a result.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "status"}),
		accepted: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "qcos_jobs_accepted_total", Help: "Jobs accepted by this process."}, []string{"tier"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "qcos_jobs_refused_total", Help: "Jobs refused by this process, by reason."}, []string{"reason"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "qcos_http_requests_in_flight", Help: "Requests being answered."}),
		waiting:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "qcos_http_waiting", Help: "Requests held back until a job is finished."}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.seconds, m.accepted, m.refusals, m.inFlight, m.waiting,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if g != nil {
		registry.MustRegister(storeCollector{g})
	}
	m.Handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true})
	return m
}

// serveMetrics answers those alone whom the options name, by default the machine itself. To everybody else there is no such route: what
// it tells is about all accounts.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	address := tripOf(r.Context()).address
	known := slices.ContainsFunc(s.o.MetricsFrom, func(p netip.Prefix) bool { return p.Contains(address) })
	if !known || forwarded && !s.trusted(connected(r)) { // a proxy on this machine that nobody told us of
		problemNoRoute().write(w)
		return
	}
	s.metrics.ServeHTTP(w, r)
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.seconds.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// refused counts a refused submission.
func (m *metrics) refused(err error) {
	reason := "error"
	var size *account.SizeError
	var circuit *job.CircuitError
	switch {
	case isDailyLimit(err):
		reason = "daily_limit"
	case errors.As(err, &size):
		reason = "tier"
	case errors.As(err, &circuit):
		reason = "circuit"
	case errors.Is(err, job.ErrConflict):
		reason = "conflict"
	}
	m.refusals.WithLabelValues(reason).Inc()
}

func isDailyLimit(err error) bool { return errors.Is(err, job.ErrDailyLimit) }

var (
	depthMetric   = prometheus.NewDesc("qcos_jobs", "Jobs of the whole service that are not finished, by state and priority.", []string{"state", "priority"}, nil)
	runningMetric = prometheus.NewDesc("qcos_jobs_released", "Jobs of the whole service that were released to workers and are not finished.", nil, nil)
	memoryMetric  = prometheus.NewDesc("qcos_jobs_memory_bytes", "Planned memory of the heavy jobs released to workers; light ones share what is set aside for them.", nil, nil)
)

// storeCollector asks the database when it is asked.
type storeCollector struct{ g Gauges }

func (storeCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- depthMetric
	ch <- runningMetric
	ch <- memoryMetric
}

func (c storeCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	queued, processing, err := c.g.Depths(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(depthMetric, errors.New("the database cannot be read"))
		return
	}
	for _, p := range account.Priorities() {
		ch <- prometheus.MustNewConstMetric(depthMetric, prometheus.GaugeValue, float64(queued[p]), "queued", p.String())
		ch <- prometheus.MustNewConstMetric(depthMetric, prometheus.GaugeValue, float64(processing[p]), "processing", p.String())
	}
	loads, err := c.g.Loads(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(runningMetric, errors.New("the database cannot be read"))
		return
	}
	var jobs, bytes float64
	for _, l := range loads {
		jobs += float64(l.Light + l.Heavy)
		bytes += float64(l.HeavyBytes)
	}
	ch <- prometheus.MustNewConstMetric(runningMetric, prometheus.GaugeValue, jobs)
	ch <- prometheus.MustNewConstMetric(memoryMetric, prometheus.GaugeValue, bytes)
}
