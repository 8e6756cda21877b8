/**
 * Guidance at some noise levels only: what samples of one model are worth for each strength and each interval of times.
 *
 *     npx tsx bench/guidance-interval.ts RUN DATA [--guidance 0,1,2] [--intervals '0,1;0.2,0.8;0.3,0.7'] [--count 2000] [--steps 20]
 *         [--threads 2] [--seed 0] [--data-options '{"size":"32"}'] [--held-out DATA] [--store /tmp/guidance-interval] [--markdown]
 *
 * DATA is what the model was trained on. Every row has the same noise, the same classes and the same judge: recognised by a classifier, Fréchet and kernel distance
 * by its features and by those of random filters. Times t run from the data (0) to noise (1); log-SNR is that of the model's noise at both ends of the interval.
 * Applying Guidance in a Limited Interval Improves Sample and Distribution Quality (Kynkäänniemi et al., 2024), https://arxiv.org/abs/2404.07724
 */
import { parseArgs } from 'node:util'
import { openFolder } from '../src/app/node/index.ts'
import { openParts } from '../src/app/node/open-data.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import type { Model } from '../src/families/values/model.ts'
import { isArrays } from '../src/files/data/any-dataset.ts'
import type { ArrayDataset } from '../src/files/data/dataset.ts'
import { sourceOf } from '../src/files/data/node/source-of.ts'
import type { OptionValues } from '../src/options.ts'
import { judge } from './quality/judge.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    guidance: { type: 'string', default: '0,0.5,1,2' },
    intervals: { type: 'string', default: '0,1;0,0.8;0.2,1;0.2,0.8;0.3,0.7' },
    count: { type: 'string', default: '2000' },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    store: { type: 'string', default: '/tmp/guidance-interval' },
    'data-options': { type: 'string', default: '{}' },
    'held-out': { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})
const [run, data] = positionals
if (run === undefined || data === undefined) throw new Error('usage: npx tsx bench/guidance-interval.ts RUN DATA')

const options = JSON.parse(values['data-options']) as OptionValues
const parts = await openParts(await sourceOf(data, options))
const other = values['held-out']
const unseen = other === undefined ? parts.heldOut : (await openParts(await sourceOf(other, options))).train
const { schedule } = (await openFolder(run)).model as Model
const judging = {
  engine: await nodeEngine(),
  training: pictures(parts.train),
  heldOut: unseen && pictures(unseen),
  store: values.store,
  count: Number(values.count),
  sampler: 'dpm++-2m',
  steps: Number(values.steps),
  threads: Number(values.threads),
  seed: Number(values.seed),
}

const columns = ['w', 'times', 'log-SNR', 'recognised', 'Fréchet', 'kernel', 'Fréchet, random', 'kernel, random']
line(columns)
if (values.markdown) line(columns.map(() => '---'))
for (const w of values.guidance.split(',').map(Number)) {
  // without guidance, all intervals are one
  for (const interval of w === 0 ? [[0, 1] as const] : values.intervals.split(';').map(intervalOf)) {
    const found = await judge(run, { ...judging, guidance: w, interval })
    const { recognised: rate, frechet, kernel, frechetRandom, kernelRandom } = found
    line([
      String(w),
      w === 0 ? '' : interval.join(' … '),
      w === 0 ? '' : interval.map((t) => schedule.logSnr(Math.min(Math.max(t, 0.001), 0.999)).toFixed(1)).join(' … '),
      rate ? `${(100 * rate.value).toFixed(1)} ± ${(100 * rate.standardError).toFixed(1)} %` : '',
      frechet ? shown(frechet.distance, frechet.standardError, 2) : '',
      kernel ? shown(kernel.value, kernel.standardError, 4) : '',
      shown(frechetRandom.distance, frechetRandom.standardError, 3),
      shown(kernelRandom.value, kernelRandom.standardError, 5),
    ])
  }
}
process.exit(0)

function line(cells: readonly string[]): void {
  console.log(values.markdown ? `| ${cells.join(' | ')} |` : cells.join(' | '))
}

function shown(value: number, error: number, digits: number): string {
  return `${value.toFixed(digits)}${Number.isFinite(error) ? ` ± ${error.toFixed(digits)}` : ''}`
}

function intervalOf(text: string): readonly [number, number] {
  const [from, to] = text.split(',').map(Number)
  if (from !== undefined && to !== undefined && from < to && from >= 0 && to <= 1) return [from, to]
  throw new Error(`--intervals ${text}: two times from 0 to 1 with a comma between them, such as 0.2,0.8`)
}

function pictures(some: Awaited<ReturnType<typeof openParts>>['train']): ArrayDataset {
  if (isArrays(some) && some.kind === 'image') return some
  throw new Error(`${some.name}: pictures are judged here`)
}
