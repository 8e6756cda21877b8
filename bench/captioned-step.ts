/**
 * What a training step of networks that read captions costs, against a U-Net of the same widths that reads nothing: loss and gradients
 * of a batch at 32 × 32 pixels in patches of 2 × 2, the networks in turn, the fastest of each.
 *
 *     npx tsx bench/captioned-step.ts [--batch 64] [--widths 64,128] [--places 32] [--size 128] [--rounds 5] [--threads 2]
 */
import { parseArgs } from 'node:util'
import { gradients, input, mean, square, sub } from '../src/engine/graph/index.ts'
import { flops } from '../src/engine/graph/passes/index.ts'
import { conditionInputs } from '../src/engine/nn/condition-spec.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { parametersOf, type Network } from '../src/engine/nn/network.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { networkFromConfig } from '../src/engine/nn/registry.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { compile } from '../src/engine/runtime/program.ts'

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '64' },
    widths: { type: 'string', default: '64,128' },
    places: { type: 'string', default: '32' },
    size: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})
const [batch, places, size, rounds] = [values.batch, values.places, values.size, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
]
const widths = values.widths.split(',').map(Number)

const image = { sample_size: 16, in_channels: 12, out_channels: 12 }
const common = { ...image, block_out_channels: widths, layers_per_block: 1, norm_num_groups: 16 }
const context = { cross_attention_dim: size, context_length: places, context_nothing: true }
const plain = {
  ...common,
  down_block_types: widths.map(() => 'DownBlock2D'),
  up_block_types: widths.map(() => 'UpBlock2D'),
  attention_head_dim: 32,
}
/** A U-Net whose levels attend as letters say, from the highest resolution: `-` not at all, `x` to the words. */
const reading = (attends: string, more: object = {}) => ({
  ...common,
  ...context,
  down_block_types: Array.from(attends, (each) => (each === 'x' ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
  up_block_types: Array.from(attends, (each) => (each === 'x' ? 'CrossAttnUpBlock2D' : 'UpBlock2D')).toReversed(),
  attention_head_dim: 4,
  ...more,
})
const none = '-'.repeat(widths.length - 1)
const networks: Record<string, Network> = {
  'reads nothing': networkFromConfig('UNet2DModel', plain),
  'words in the middle': networkFromConfig('UNet2DConditionModel', reading(`${none}-`)),
  'words at the lowest': networkFromConfig('UNet2DConditionModel', reading(`${none}x`)),
  'words everywhere': networkFromConfig('UNet2DConditionModel', reading('x'.repeat(widths.length))),
}

const engine = await nodeEngine()
const chosen = Object.entries(networks).filter(([name]) => values.only === undefined || name.includes(values.only))
const runs = []
for (const [name, network] of chosen) runs.push(await prepared(name, network))
for (let round = 0; round < rounds; round++) for (const run of runs) await run.time()
const [first] = runs
console.log('network                  parameters  GFLOP  ms a step  ratio')
for (const { name, size: parameters, work, best } of runs) {
  console.log(
    `${name.padEnd(24)} ${String(parameters).padStart(10)} ${(work / 1e9).toFixed(1).padStart(6)} ${best().toFixed(0).padStart(10)} ${(best() / first!.best()).toFixed(2).padStart(6)}`,
  )
}
process.exit(0)

async function prepared(name: string, network: Network) {
  const layout = parametersOf(network)
  const scope = new Scope()
  const target = input('target', [batch, ...network.outputShape])
  const y = network.build(scope, {
    x: input('x', [batch, ...network.inputShape]),
    t: input('t', [batch]),
    conditions: conditionInputs(network.conditions, batch),
  })
  const loss = mean(square(sub(y, target)))
  const parameters = layout.specs.map((spec) => scope.parameter(spec.name, spec.shape, spec.init))
  const outputs = { loss, ...Object.fromEntries(gradients(loss, parameters).map((each, i) => [`g${i}`, each])) }
  const program = await compile(outputs, engine, { threads: Number(values.threads) })
  const flat = initialize(layout, key(0))
  const feeds = Object.fromEntries(
    Array.from(program.inputs, ([each, { shape }]) => {
      const length = shape.reduce((a, b) => a * b, 1)
      if (each.includes('.')) return [each, layout.view(flat, each)]
      if (each === 't') return [each, new Float32Array(length).fill(500)]
      return [each, normal(key(each), new Float32Array(length))]
    }),
  )
  if (feeds['context']) for (let i = size; i < feeds['context'].length; i += size + 1) feeds['context'][i] = 1
  const into = Object.fromEntries(
    Array.from(program.outputs, ([each, { shape }]) => [each, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  )
  const bound = program.bind(feeds, into)
  await bound.run()
  let least = Infinity
  return {
    name,
    size: layout.size,
    work: flops(Object.values(outputs)),
    best: () => least,
    time: async () => {
      const start = performance.now()
      await bound.run()
      least = Math.min(least, performance.now() - start)
    },
  }
}
