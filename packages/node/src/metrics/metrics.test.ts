import assert from "node:assert/strict";
import { test } from "node:test";
import { watchProcess } from "./process-metrics.ts";
import { PrometheusMetrics } from "./prometheus-metrics.ts";

test("counters, gauges and histograms are exposed in the format of Prometheus", async () => {
  const metrics = new PrometheusMetrics();
  const plain = metrics.counter("a_total", "Plain");
  const labelled = metrics.counter("b_total", "Labelled", "method");
  metrics.gauge("c", "Read when asked for", () => 7);
  let seen = 5;
  metrics.total("e_total", "Counted elsewhere", () => seen++);
  const histogram = metrics.histogram("d_seconds", "Times", [0.1, 1]);
  plain.add();
  plain.add(2);
  labelled.add(1, "MESSAGE");
  labelled.add(4, "REGISTER");
  labelled.add(1, "MESSAGE");
  for (const value of [0.05, 0.5, 5]) histogram.observe(value);
  const text = await metrics.expose();
  for (const line of [
    "a_total 3",
    'b_total{method="MESSAGE"} 2',
    'b_total{method="REGISTER"} 4',
    "c 7",
    'd_seconds_bucket{le="0.1"} 1',
    'd_seconds_bucket{le="1"} 2',
    "d_seconds_count 3",
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.match(text, /^# TYPE e_total counter\ne_total 5$/m);
  assert.match(await metrics.expose(), /^e_total 6$/m);
  assert.match(metrics.contentType, /^text\/plain/);
});

test("the same name is the same counter", async () => {
  const metrics = new PrometheusMetrics();
  metrics.counter("a_total", "A").add();
  metrics.counter("a_total", "A").add();
  assert.match(await metrics.expose(), /^a_total 2$/m);
});

test("a label that is given input does not grow without end", async () => {
  const metrics = new PrometheusMetrics();
  const counter = metrics.counter("a_total", "A", "word");
  for (let at = 0; at < 1_000; at += 1) counter.add(1, `word ${at}`);
  const text = await metrics.expose();
  assert.ok(text.split("\n").length < 100);
  assert.match(text, /a_total\{word="other"\} 936/);
});

test("the process tells how it is doing", async (t) => {
  const metrics = new PrometheusMetrics();
  t.after(watchProcess(metrics));
  const text = await metrics.expose();
  assert.match(text, /^parlance_heap_used_bytes \d{6,}$/m);
  assert.match(text, /^parlance_resident_bytes \d{6,}$/m);
  assert.match(text, /^parlance_event_loop_delay_p99_seconds /m);
  assert.match(text, /^parlance_event_loop_utilization /m);
  assert.match(text, /^parlance_cpu_seconds_total \d/m);
});
