/**
 * Quality in equal minutes: trains by our defaults, and by the usual recipe in PyTorch where there is one, on the same data for as long, and
 * judges both by the same judge.
 *
 *     npm run bench:quality -- DATA [--minutes 2,10] [--peer torch_unet.py] [--out /tmp/quality] [--count 1000] [--seeds 1] [--threads 2]
 *         [--sampler dpm++-2m --steps 20] [--data-options '{"size":"32","background":"white"}'] [--held-out DATA] [--train-options '{"ema":0.999}'] [--name ours] [--json]
 *     npm run bench:quality -- DATA --judge RUN,RUN        judges what was trained before
 *
 * DATA is a folder, a file or a built-in set, and several are done one after another. `torch_unet.py` defines `UNet(config)` and `DEFAULT`,
 * the architecture of UNet2DModel; a Python with PyTorch is looked for. Distances are to held-out data where there are any. What was trained
 * before under --out is judged again, not trained again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { trainRun } from '../../src/app/node/index.ts'
import { openParts } from '../../src/app/node/open-data.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { isArrays } from '../../src/files/data/any-dataset.ts'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { sourceOf } from '../../src/files/data/node/source-of.ts'
import type { OptionValues } from '../../src/options.ts'
import type { TrainData } from '../../src/tools/train/problem.ts'
import { findPython } from '../peer.ts'
import { judge, type Judging, type Verdict } from './judge.ts'
import { trainPeer } from './peer.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '2,10' },
    peer: { type: 'string' },
    out: { type: 'string', default: '/tmp/quality' },
    count: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '20' },
    guidance: { type: 'string', default: '0' },
    sampler: { type: 'string', default: 'dpm++-2m' },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    'data-options': { type: 'string', default: '{}' },
    'held-out': { type: 'string' },
    'train-options': { type: 'string', default: '{}' },
    name: { type: 'string', default: 'ours' },
    judge: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const number = (name: 'count' | 'steps' | 'guidance' | 'seeds' | 'threads'): number => Number(values[name])
const threads = number('threads')
const dataOptions = JSON.parse(values['data-options']) as OptionValues
const trainOptions = JSON.parse(values['train-options']) as OptionValues
const engine = await nodeEngine()
const python = values.peer === undefined ? undefined : findPython(values.peer)
if (values.peer !== undefined && python === undefined) console.error(`no PyTorch, or no ${values.peer}: only ours`)

console.log(
  [
    'data',
    'minutes',
    'model',
    'steps',
    'recognised',
    'Fréchet',
    'kernel',
    'Fréchet, random',
    'kernel, random',
    'nearest',
    'copies',
  ].join(' | '),
)
for (const data of positionals.length === 0 ? ['glyphs'] : positionals) await compare(data)
process.exit(0)

/** All rows of a data set. */
async function compare(data: string): Promise<void> {
  const parts = await openParts(await sourceOf(data, dataOptions))
  const training = pictures(parts.train)
  const other = values['held-out']
  const unseen = other === undefined ? parts.heldOut : (await openParts(await sourceOf(other, dataOptions))).train
  const place = join(values.out, basename(data))
  const judging: Judging = {
    engine,
    training,
    heldOut: unseen && pictures(unseen),
    store: join(place, 'judge'),
    count: number('count'),
    sampler: values.sampler,
    steps: number('steps'),
    guidance: number('guidance'),
    threads,
    seed: 0,
  }
  if (values.judge !== undefined) {
    for (const folder of values.judge.split(',')) await row([basename(data), '', basename(folder)], '', folder, judging)
    return
  }
  for (const minutes of values.minutes.split(',').map(Number)) {
    for (let seed = 0; seed < number('seeds'); seed++) {
      const folder = join(place, `${values.name}-${minutes}-${seed}`)
      await row([basename(data), `${minutes}`, values.name], await ours(data, folder, minutes, seed), folder, judging)
      if (python === undefined) continue
      const peer = join(place, `torch-${minutes}-${seed}`)
      const taught = theirs(training, peer, minutes, seed)
      await row([basename(data), `${minutes}`, 'torch'], taught, peer, judging)
    }
  }
}

/** Trains ours unless it is there; the number of steps. */
async function ours(data: string, folder: string, minutes: number, seed: number): Promise<string> {
  const log = join(folder, 'log.jsonl')
  if (!existsSync(join(folder, 'tweedie.json'))) {
    const options = { ...dataOptions, minutes, seed, ...trainOptions }
    for await (const event of trainRun({ data, out: folder, options, force: true, threads })) {
      if (event.type === 'remark') console.error(event.text)
    }
  }
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1)!
  return String((JSON.parse(last) as { step: number }).step)
}

/** Trains the peer unless it is there; the number of steps. */
function theirs(training: ArrayDataset, folder: string, minutes: number, seed: number): string {
  const note = join(folder, 'report.json')
  if (!existsSync(note)) {
    const report = trainPeer(python!, values.peer!, training, { folder, minutes, threads, seed })
    writeFileSync(note, JSON.stringify(report))
  }
  return String((JSON.parse(readFileSync(note, 'utf8')) as { steps: number }).steps)
}

async function row(names: readonly string[], steps: string, folder: string, judging: Judging): Promise<void> {
  const verdict = await judge(folder, judging)
  const [data, minutes, model] = names
  if (values.json) console.log(JSON.stringify({ data, minutes, model, steps, ...verdict }))
  else console.log([...names, steps, ...figures(verdict)].join(' | '))
}

function figures({ recognised, frechet, kernel, frechetRandom, kernelRandom, nearest, copies }: Verdict): string[] {
  const percent = (x: number): string => (100 * x).toFixed(1)
  const shown = (value: number, error: number, digits: number): string =>
    `${value.toFixed(digits)}${Number.isFinite(error) ? ` ± ${error.toFixed(digits)}` : ''}`
  return [
    recognised ? `${percent(recognised.value)} ± ${percent(recognised.standardError)} %` : '',
    frechet ? shown(frechet.distance, frechet.standardError, 2) : '',
    kernel ? shown(kernel.value, kernel.standardError, 4) : '',
    shown(frechetRandom.distance, frechetRandom.standardError, 3),
    shown(kernelRandom.value, kernelRandom.standardError, 5),
    nearest === undefined ? '' : nearest.toFixed(2),
    copies === undefined ? '' : `${percent(copies)} %`,
  ]
}

function pictures(data: TrainData): ArrayDataset {
  if (isArrays(data) && data.kind === 'image' && 'data' in data) return data as ArrayDataset
  throw new Error(`${data.name}: pictures are judged here`)
}
