/** Counters and histograms in Prometheus's text format. */

/** Labels of a value. */
export type Labels = Readonly<Record<string, string>>

/** The metrics of a server. */
export interface Metrics {
  /** Adds to a counter. */
  count(name: string, labels?: Labels, by?: number): void
  /** Puts a duration, in seconds, into a histogram. */
  observe(name: string, seconds: number, labels?: Labels): void
  /** All of them; `gauges` are read now. */
  text(gauges?: Readonly<Record<string, number>>): string
}

const help: Readonly<Record<string, string>> = {
  tweedie_requests_total: 'Requests by route and status.',
  tweedie_request_seconds: 'From the request to the end of the answer.',
  tweedie_items_total: 'Items that were made, by model.',
  tweedie_evaluations_total: 'Items that went through a bare network, by model.',
  tweedie_bounds_total: 'Items whose cost was worked out, by model.',
  tweedie_waiting: 'Requests that wait.',
  tweedie_running: 'Requests that are worked on.',
  tweedie_batches_total: 'Batches that were drawn.',
  tweedie_batched_items_total: 'Items in these batches.',
  tweedie_open_models: 'Models that are open.',
  process_resident_memory_bytes: 'Resident memory.',
  tweedie_event_loop_delay_seconds: 'Delay of the event loop, 99th percentile since the last reading.',
}

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

interface Histogram {
  readonly counts: number[]
  sum: number
  count: number
}

/** Makes them. */
export function metrics(): Metrics {
  const counters = new Map<string, Map<string, number>>()
  const histograms = new Map<string, Map<string, Histogram>>()
  return {
    count(name, labels = {}, by = 1) {
      const series = at(counters, name, () => new Map<string, number>())
      const key = labelText(labels)
      series.set(key, (series.get(key) ?? 0) + by)
    },
    observe(name, seconds, labels = {}) {
      const series = at(histograms, name, () => new Map<string, Histogram>())
      const found = at(series, labelText(labels), () => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }))
      bounds.forEach((bound, i) => (found.counts[i]! += Number(seconds <= bound)))
      found.sum += seconds
      found.count++
    },
    text(gauges = {}) {
      const lines: string[] = []
      for (const [name, value] of Object.entries(gauges)) {
        head(lines, name, name.endsWith('_total') ? 'counter' : 'gauge')
        lines.push(`${name} ${value}`)
      }
      for (const [name, series] of counters) {
        head(lines, name, 'counter')
        for (const [labels, value] of series) lines.push(`${name}${braced(labels)} ${value}`)
      }
      for (const [name, series] of histograms) {
        head(lines, name, 'histogram')
        for (const [labels, { counts, sum, count }] of series) {
          bounds.forEach((bound, i) => lines.push(`${name}_bucket${braced(labels, `le="${bound}"`)} ${counts[i]}`))
          lines.push(`${name}_bucket${braced(labels, 'le="+Inf"')} ${count}`)
          lines.push(`${name}_sum${braced(labels)} ${sum}`, `${name}_count${braced(labels)} ${count}`)
        }
      }
      return `${lines.join('\n')}\n`
    },
  }
}

function head(lines: string[], name: string, type: string): void {
  if (help[name] !== undefined) lines.push(`# HELP ${name} ${help[name]}`)
  lines.push(`# TYPE ${name} ${type}`)
}

function at<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')

const braced = (...parts: readonly string[]): string => {
  const all = parts.filter((part) => part !== '').join(',')
  return all === '' ? '' : `{${all}}`
}
