/**
 * Assimilation of stations into a model of ERA5's 2 m temperature: does it beat optimal interpolation, and does it know how wrong it is?
 *
 *     npx tsx bench/era5.ts [--data ../shared/data/weather/era5-t2m-uk-2019-03.npz] [--minutes 20] [--model FOLDER] [--window 48]
 *         [--precondition gaussian|none] [--widths 16,32]
 *         [--stations 8,16,32,64] [--members 32] [--steps 16] [--iterations 3] [--states 144] [--json]
 *
 * The last 144 hours are held out. For each number of stations with errors of 0.1 K: the error of the ensemble's mean, its spread over
 * skill, its CRPS; and the errors of optimal interpolation, climatology by the hour and persistence. A Markdown table, or an array with
 * `--json`. With `--model`, a model that was trained before is judged.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluate, openFolder, trainRun } from '../src/app/node/index.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/weather/era5-t2m-uk-2019-03.npz' },
    minutes: { type: 'string', default: '20' },
    model: { type: 'string' },
    window: { type: 'string', default: '48' },
    precondition: { type: 'string', default: 'gaussian' },
    widths: { type: 'string', default: '16,32' },
    stations: { type: 'string', default: '8,16,32,64' },
    members: { type: 'string', default: '32' },
    steps: { type: 'string', default: '16' },
    iterations: { type: 'string', default: '3' },
    states: { type: 'string', default: '144' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})

const place = flags.model ?? (await trained())
const opened = await openFolder(place)
const rows: Record<string, unknown>[] = []
if (!flags.json) {
  console.log(
    '| stations | ensemble mean, K | spread/skill | CRPS, K | optimal interpolation, K | its spread/skill | climatology, K | 1 h before, K | seconds |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
}
for (const stations of flags.stations.split(',').map(Number)) {
  const options = {
    data: flags.data,
    stations,
    noise: 0.1,
    members: Number(flags.members),
    steps: Number(flags.steps),
    iterations: Number(flags.iterations),
    states: Number(flags.states),
    seed: Number(flags.seed),
    threads: 1,
  }
  const started = performance.now()
  const { facts } = await evaluate(opened, options, { place })
  const [variable] = facts['variables'] as readonly Record<string, unknown>[]
  rows.push({ stations, ...variable, misfit: facts['misfit'], seconds: (performance.now() - started) / 1000 })
  if (!flags.json) console.log(line(rows.at(-1)!))
}
if (flags.json) console.log(JSON.stringify(rows, null, 2))

/** A row of the table. */
function line(row: Record<string, unknown>): string {
  const { rmse, ratio, crps, interpolation, interpolationSpread, climatology, persistence } = row
  const own = Number(interpolationSpread) / Number(interpolation)
  const cells = [rmse, ratio, crps, interpolation, own, climatology, persistence]
  const text = (value: unknown): string => Number(value).toFixed(3)
  return `| ${String(row['stations'])} | ${cells.map(text).join(' | ')} | ${Number(row['seconds']).toFixed(0)} |`
}

/** A model of windows, trained on all but the last 144 hours. */
async function trained(): Promise<string> {
  const out = join(await mkdtemp(join(tmpdir(), 'era5-')), 'run')
  const options = {
    window: Number(flags.window),
    holdOut: 144 / 744,
    minutes: Number(flags.minutes),
    precondition: flags.precondition as 'gaussian' | 'none',
    dropout: 0.1,
    batch: 16,
    widths: flags.widths.split(',').map(Number),
    weightDecay: 0.05,
    ema: 0.998,
  }
  for await (const event of trainRun({ data: flags.data, out, options, threads: 1 })) {
    if (event.type === 'end') console.error(`trained in ${out}`)
  }
  return out
}
