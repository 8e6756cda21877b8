/**
 * Whether training in eight bits ends where training in single precision does: two runs of the same seed on the same batches, a step of
 * one and a step of the other in turns, the means of their losses, and what each step takes.
 *
 *     npx tsx bench/eight-bits-loss.ts [DATA] [--model unet|grey] [--steps 2000] [--batch 16] [--every 200] [--threads 2] [--seed 0] [--widths 64,128]
 *
 * DATA is a folder of pictures or a file of them, or `glyphs`, which are built in; it is trained on with the defaults for it; without one, `--model` names a network of the
 * benchmark, on noise, and only the times mean something.
 */
import { parseArgs } from 'node:util'
import { createTrainer } from '../src/app/train.ts'
import { defaultSpec } from '../src/families/values/default-spec.ts'
import { classCount } from '../src/files/data/dataset.ts'
import { builtinDataset } from '../src/files/data/index.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { median } from './measure.ts'
import { datasetOf, isModelName, specOf } from './models.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'unet' },
    steps: { type: 'string', default: '2000' },
    batch: { type: 'string', default: '16' },
    every: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    /** Channels at each resolution, in place of the defaults for the data. */
    widths: { type: 'string' },
  },
})
const [steps, batch, every, threads] = [values.steps, values.batch, values.every, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
]
const { dataset, spec } = await task()
const engine = await nodeEngine()
const ways = ['float32', 'int8'] as const
using single = await createTrainer({ ...spec, arithmetic: 'float32' }, dataset, engine, { threads })
using eight = await createTrainer({ ...spec, arithmetic: 'int8' }, dataset, engine, { threads })
const runs = [single, eight].map((trainer, i) => ({
  name: ways[i]!,
  trainer,
  losses: [] as number[],
  norms: [] as number[],
  ms: [] as number[],
  processor: [] as number[],
}))

const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length
console.log(`${single.layout.size.toLocaleString()} parameters, batch ${batch}`)
console.log(`${'steps'.padStart(12)}   float32      int8     ratio   norm of gradients: ratio   time: float32 / int8`)
for (let step = 1; step <= steps; step++) {
  for (const { trainer, losses, norms, ms, processor } of runs) {
    const [start, before] = [performance.now(), process.cpuUsage()]
    const { loss, gradientNorm } = await trainer.step(steps)
    const { user, system } = process.cpuUsage(before)
    losses.push(loss)
    norms.push(gradientNorm)
    ms.push(performance.now() - start)
    processor.push((user + system) / 1000)
  }
  if (step % every !== 0 && step !== steps) continue
  const from = Math.floor((step - 1) / every) * every
  const [a, b] = runs.map(({ losses, norms }) => ({ loss: mean(losses.slice(from)), norm: mean(norms.slice(from)) }))
  console.log(
    `${`${from + 1}–${step}`.padStart(12)}  ${a!.loss.toFixed(5)}   ${b!.loss.toFixed(5)}   ${(b!.loss / a!.loss).toFixed(4)}   ` +
      `${(b!.norm / a!.norm).toFixed(4)}   ${ratio('ms').toFixed(2)}; of processor time ${ratio('processor').toFixed(2)}`,
  )
}
// How good the networks are when they are used as usual: both in single precision, on batches that neither has seen.
const unseen = Math.min(64, Math.ceil(steps / 8))
const behind: number[] = []
for (const parameters of runs.map(({ trainer }) => trainer.state.params.slice())) {
  single.state.step = steps
  const all: number[] = []
  for (let step = 0; step < unseen; step++) {
    single.state.params.set(parameters)
    all.push((await single.step(() => 0)).loss)
  }
  behind.push(mean(all))
}
console.log(
  `${unseen} further batches, both in single precision: ${behind.map((loss) => loss.toFixed(5)).join(' and ')}, ratio ${(behind[1]! / behind[0]!).toFixed(4)}`,
)
for (const { name, ms, processor } of runs) {
  console.log(`${name}: ${median(ms).toFixed(1)} ms a step, ${median(processor).toFixed(1)} ms of processor time`)
}
process.exit(0)

/** The median of ratios of neighbouring steps, the first ones left out. */
function ratio(what: 'ms' | 'processor'): number {
  const [a, b] = runs.map((run) => run[what].slice(runs[0]!.ms.length > 4 ? 2 : 0))
  return median(a!.map((each, i) => each / b![i]!))
}

async function task() {
  const [path] = positionals
  if (path === undefined) {
    if (!isModelName(values.model)) throw new Error(`there is no model ${values.model}`)
    return { dataset: datasetOf(values.model), spec: { ...specOf(values.model, batch), seed: Number(values.seed) } }
  }
  const opened = path === 'glyphs' ? builtinDataset(path) : await openDataset(path)
  if (!('shape' in opened) || !('data' in opened)) throw new Error(`${path} has no pictures`)
  const unet = values.widths === undefined ? {} : { unet: { widths: values.widths.split(',').map(Number) } }
  const options = { budget: { steps }, batch, seed: Number(values.seed), ...unet }
  return { dataset: opened, spec: defaultSpec({ ...opened, classes: classCount(opened) }, options) }
}
