using Workers.Hosting.Telemetry;

namespace Workers.Shared.Tests.Hosting;

public sealed class PrometheusNameTests
{
    [TestCase("workers.stop.duration", "s", "histogram", "workers_stop_duration_seconds")]
    [TestCase("workers.stop.duration.seconds", "s", "histogram", "workers_stop_duration_seconds")]
    [TestCase("workers.stop.results", "{result}", "counter", "workers_stop_results_total")]
    [TestCase("workers.stop.results.total", "{result}", "counter", "workers_stop_results_total")]
    [TestCase("workers.stop.results", "", "counter", "workers_stop_results_total")]
    [TestCase("workers.sent", "By", "counter", "workers_sent_bytes_total")]
    [TestCase("workers.sent.bytes.total", "By", "counter", "workers_sent_bytes_total")]
    [TestCase("workers.inflight", "1", "gauge", "workers_inflight_ratio")]
    [TestCase("workers.inflight", "1", "counter", "workers_inflight_total")]
    [TestCase("workers.rate", "By/s", "gauge", "workers_rate_bytes_per_second")]
    [TestCase("workers.rate", "{entry}/s", "gauge", "workers_rate_per_second")]
    [TestCase("workers.lag", "ms", "gauge", "workers_lag_milliseconds")]
    [TestCase("workers.odd", "furlong", "gauge", "workers_odd_furlong")]
    [TestCase("workers..odd--name", "", "gauge", "workers_odd_name")]
    [TestCase("9lives", "", "gauge", "_9lives")]
    [TestCase("seconds", "s", "gauge", "seconds")]
    public void OfMetric_FollowsTheCompatibilityRules(string name, string unit, string type, string expected) =>
        PrometheusName.OfMetric(name, unit, type).Should().Be(expected);

    [TestCase("outcome", "outcome")]
    [TestCase("error.code", "error_code")]
    [TestCase("a:b", "a_b")]
    [TestCase("1st", "_1st")]
    [TestCase("", "_")]
    public void OfLabel_HoldsOnlyWhatALabelMay(string name, string expected) =>
        PrometheusName.OfLabel(name).Should().Be(expected);
}
