/**
 * Training and sampling on a GPU, in at most ten minutes: first whether losses, weights and samples are those of the CPU, then how long steps take.
 *
 *     npx tsx bench/gpu.ts                       # CUDA if it works, else WebGPU
 *     npx tsx bench/gpu.ts --device webgpu --minutes 5 --json
 *
 * Where no device works it says why and ends with 0, or with 4 if one was named. `--device cpu` tries the script itself. Ends with 1 where
 * the device disagrees with the CPU.
 */
import { arch, cpus, platform } from 'node:os'
import { argv, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { describeRuntime, nodeEngine } from '../src/engine/runtime/node/index.ts'
import { firstSteps, samplesOf, timeSampling, type Timed, timeTraining, type Work } from './gpu-work.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    device: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
})
const deadline = performance.now() + Number(values.minutes) * 60_000
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`)

const runtime = await describeRuntime()
const reports = Object.fromEntries(runtime.devices.map((each) => [each.device, each]))
const wanted = values.device === undefined ? ['cuda', 'webgpu'] : [values.device]
const device = wanted.find((name) => reports[name]?.available)
const machine = {
  node: runtime.node,
  onnxruntime: runtime.onnxruntime,
  platform: platform(),
  arch: arch(),
  cpu: cpus()[0]?.model,
}
if (device === undefined) {
  const why = Object.fromEntries(wanted.map((name) => [name, reports[name]?.reason ?? 'no such device on this system']))
  for (const [name, reason] of Object.entries(why)) say(`${name}: ${reason}`)
  say('no GPU was at hand: nothing was measured')
  console.log(JSON.stringify({ ...machine, device: null, why }))
  exit(values.device === undefined ? 0 : 4)
}

/** How far two arrays may be apart, relative to the root mean square of the first. */
const bounds = { losses: 2e-3, weights: 2e-3, samples: 2e-2 } as const

const engine = await nodeEngine()
say(`${device}, ONNX Runtime ${runtime.onnxruntime}, engine ${engine.name}`)
const checks: Record<string, unknown>[] = []
const rows: Record<string, unknown>[] = []
const inTime = (): boolean => performance.now() < deadline

for (const work of ['unet', 'grey', 'text'] as const) {
  const here = await firstSteps(work, 5, engine, 'cpu')
  const there = await firstSteps(work, 5, engine, device)
  compare(`losses of five steps, ${work}`, here.losses, there.losses, bounds.losses)
  compare(`weights after them, ${work}`, here.params, there.params, bounds.weights)
  for (const remark of there.remarks) say(`  ${remark}`)
  if (work === 'text' || !inTime()) continue
  compare(
    `samples, ${work}`,
    await samplesOf(work, engine, 'cpu'),
    await samplesOf(work, engine, device),
    bounds.samples,
  )
}

const trainings: readonly (readonly [Work, number])[] = [
  ['unet', 16],
  ['unet', 64],
  ['grey', 64],
  ['text', 32],
]
const samplings = [1, 16, 64]
/** Each row may take its share of what is left, and no more than a minute. */
const share = (left: number): number => Math.min(60_000, Math.max(0, deadline - performance.now()) / (left + 1))
let left = trainings.length + samplings.length
for (const [work, batch] of trainings)
  await row(`training step, ${work}, batch ${batch}`, (ms) => timeTraining(work, batch, engine, device, ms))
for (const batch of samplings)
  await row(`sampling step, unet, batch ${batch}`, (ms) => timeSampling(batch, engine, device, ms))

const agrees = checks.every((each) => each['agrees'])
console.log(JSON.stringify({ ...machine, device, engine: engine.name, agrees, checks, rows }))
exit(agrees ? 0 : 1)

/** The largest difference, relative to the root mean square of what is right. */
function compare(what: string, right: ArrayLike<number>, found: ArrayLike<number>, bound: number): void {
  const size = Math.sqrt(Array.from(right).reduce((sum, x) => sum + x * x, 0) / right.length)
  const furthest = Array.from(right, (x, i) => Math.abs(x - found[i]!)).reduce((a, b) => Math.max(a, b), 0) / size
  const agrees = furthest <= bound
  checks.push({ what, furthest, bound, agrees })
  say(`${what}: within ${furthest.toExponential(1)}${agrees ? '' : `, which is more than ${bound}`}`)
}

async function row(what: string, time: (ms: number) => Promise<Timed>): Promise<void> {
  if (!inTime()) return void rows.push({ what, skipped: 'no time was left' })
  // What fails here (memory, an operator) is a result; the other rows go on.
  const found = await time(share(left--)).catch((error: unknown) => ({ failed: String(error) }))
  rows.push({ what, ...found })
  say(
    'failed' in found
      ? `${what}: ${found.failed}`
      : `${what}: ${found.median.toFixed(1)} ms (first ${found.first.toFixed(0)}, ${found.runs} runs)${found.remarks.map((remark) => `; ${remark}`).join('')}`,
  )
}
