/**
 * Where a training or sampling step spends its time, by operator and node of ONNX Runtime, from the runtime's own profile.
 *
 *     npx tsx bench/hotspots.ts [--model unet|grey|mlp] [--batch 16] [--mode train|sample] [--steps 5] [--nodes 12]
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { input } from '../src/engine/graph/index.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { parametersOf } from '../src/engine/nn/network.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { networkFromConfig } from '../src/engine/nn/registry.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { createTrainer } from '../src/app/train.ts'
import { datasetOf, isModelName, specOf } from './models.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'unet' },
    batch: { type: 'string', default: '16' },
    mode: { type: 'string', default: 'train' },
    steps: { type: 'string', default: '5' },
    nodes: { type: 'string', default: '12' },
    threads: { type: 'string', default: '2' },
    arithmetic: { type: 'string', default: 'float32' },
  },
})
if (!isModelName(values.model)) throw new Error(`there is no model ${values.model}`)
const [batch, steps, threads] = [Number(values.batch), Number(values.steps), Number(values.threads)]
const spec = specOf(values.model, batch)
const engine = await nodeEngine()
const folder = mkdtempSync(join(tmpdir(), 'tweedie-profile-'))
const options = { threads, profile: join(folder, 'trace') }

if (values.mode === 'train') {
  using trainer = await createTrainer(
    { ...spec, arithmetic: values.arithmetic as 'int8' },
    datasetOf(values.model),
    engine,
    options,
  )
  for (let i = 0; i < steps; i++) await trainer.step(1_000_000)
} else {
  const network = networkFromConfig(spec.network.className, spec.network.config)
  const layout = parametersOf(network)
  const flat = initialize(layout, key(0))
  const constants = new Map(layout.specs.map(({ name }) => [name, layout.view(flat, name)]))
  const feeds = { x: input('x', [batch, ...network.inputShape]), t: input('t', [batch]) }
  using program = await compile({ y: network.build(new Scope(), feeds) }, engine, { ...options, constants })
  const x = normal(key(1), new Float32Array(batch * network.inputShape.reduce((a, b) => a * b)))
  for (let i = 0; i < steps; i++) await program.run({ x, t: new Float32Array(batch).fill(500) })
}

/** An event of the trace; its duration is in microseconds. */
interface TraceEvent {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly args?: {
    readonly op_name?: string
    readonly input_type_shape?: Shapes
    readonly output_type_shape?: Shapes
  }
}
type Shapes = readonly Readonly<Record<string, readonly number[]>>[]

const [file] = readdirSync(folder)
const trace = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as TraceEvent[]
rmSync(folder, { recursive: true })

// The least time of a node over the steps: what it takes when nothing else wants the processor.
const nodes = new Map<string, TraceEvent>()
for (const event of trace) {
  if (event.cat !== 'Node' || !event.name.endsWith('_kernel_time')) continue
  const known = nodes.get(event.name)
  if (known === undefined || event.dur < known.dur) nodes.set(event.name, event)
}
const kernels = [...nodes.values()]
const sum = (list: readonly TraceEvent[]): number => list.reduce((total, { dur }) => total + dur / 1000, 0)
console.log(`${sum(kernels).toFixed(1)} ms in ${kernels.length} kernels`)
table('operator', 25, (event) => event.args?.op_name ?? '?')
table('node', Number(values.nodes), ({ name, args }) => {
  return `${name.replace('_kernel_time', '')}  ${show(args?.input_type_shape)} → ${show(args?.output_type_shape)}`
})

function table(title: string, rows: number, groupOf: (event: TraceEvent) => string): void {
  const groups = new Map<string, TraceEvent[]>()
  for (const event of kernels) groups.set(groupOf(event), [...(groups.get(groupOf(event)) ?? []), event])
  console.log(`\n${title}`)
  for (const [name, list] of [...groups].sort(([, a], [, b]) => sum(b) - sum(a)).slice(0, rows)) {
    const share = `${((100 * sum(list)) / sum(kernels)).toFixed(1)} %`
    console.log(
      `${sum(list).toFixed(2).padStart(9)} ms ${share.padStart(7)} ${String(list.length).padStart(5)} ×  ${name}`,
    )
  }
}

function show(shapes: Shapes = []): string {
  return shapes.map((each) => Object.values(each)[0]!.join('×')).join(', ')
}
