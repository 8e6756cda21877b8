/**
 * Memory of a training step by the size of the vocabulary: the diffusion loss of the absorbing and of the uniform kernel, against the
 * same network under the cheapest loss that reaches every logit (their mean square), each in a process of its own.
 *
 *     npx tsx bench/vocabulary.ts [--sizes 1000,10000,50000] [--length 128] [--batch 4] [--steps 3] [--json]
 *
 * `arrays` is what the loss adds, in arrays of batch × length × K numbers: a constant, if the loss needs O(K · length).
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { discreteFeeds, discreteLoss, fillDiscrete, processOf } from '../src/diffusion/discrete/index.ts'
import { gradients, input, mean, square } from '../src/engine/graph/index.ts'
import type { Tensor } from '../src/engine/graph/index.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { parametersOf } from '../src/engine/nn/network.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { tokenTransformer } from '../src/engine/nn/token-transformer.ts'
import { integers, key } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { compile } from '../src/engine/runtime/program.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,50000' },
    length: { type: 'string', default: '128' },
    batch: { type: 'string', default: '4' },
    steps: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    /** What this process is to measure: a loss and a size. */
    child: { type: 'string' },
  },
})
const [length, batch] = [Number(values.length), Number(values.batch)]
const losses = ['mean square', 'absorbing', 'uniform'] as const

if (values.child !== undefined) {
  const [loss, size] = values.child.split(':') as [(typeof losses)[number], string]
  await step(loss, Number(size))
  console.log(process.resourceUsage().maxRSS * 1024)
  process.exit(0)
}

const rows = values.sizes
  .split(',')
  .map(Number)
  .flatMap((size) => {
    const [plain, ...bytes] = losses.map((loss) => alone(loss, size))
    return bytes.map((own, i) => ({
      loss: losses[i + 1]!,
      vocabulary: size,
      networkMB: plain! / 1e6,
      lossMB: (own - plain!) / 1e6,
      arrays: (own - plain!) / (4 * batch * length * size),
    }))
  })
if (values.json) console.log(JSON.stringify(rows, null, 2))
else {
  console.log('| kernel | vocabulary | network | the loss adds | arrays |\n|---|---|---|---|---|')
  for (const { loss, vocabulary, networkMB, lossMB, arrays } of rows) {
    console.log(
      `| ${loss} | ${vocabulary} | ${networkMB.toFixed(0)} MB | ${lossMB.toFixed(0)} MB | ${arrays.toFixed(1)} |`,
    )
  }
}

/** Peak resident bytes of a process that takes a few steps. */
function alone(loss: string, size: number): number {
  const flags = [
    '--child',
    `${loss}:${size}`,
    '--length',
    values.length,
    '--batch',
    values.batch,
    '--steps',
    values.steps,
  ]
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...flags]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${loss} with ${size} categories failed`)
  return Number(stdout)
}

/** Loss and gradients, a few times over. */
async function step(loss: (typeof losses)[number], size: number): Promise<void> {
  const kernel = loss === 'uniform' ? 'uniform' : 'absorbing'
  const chain = processOf(
    { kernel, schedule: 'log-linear', steps: kernel === 'uniform' ? 1000 : null, objective: 'bound' },
    size,
  )
  const network = tokenTransformer({
    vocab_size: size,
    num_states: chain.states,
    length,
    hidden_size: 64,
    num_layers: 1,
  })
  const layout = parametersOf(network)
  const scope = new Scope()
  const graph =
    loss === 'mean square'
      ? mean(square(network.build(scope, { x: input('xt', [batch, length], 'int32'), t: input('t', [batch]) })))
      : discreteLoss(network, scope, batch, chain).loss
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss: graph }
  gradients(graph, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))
  const weights = initialize(layout, key('weights'))
  const feeds = discreteFeeds(chain, network, batch)
  const shares = Float64Array.from({ length: batch }, (_, i) => (i + 0.5) / batch)
  fillDiscrete(chain, feeds, integers(key('tokens'), batch * length, 0, size), shares, key('noise'))
  const used = loss === 'mean square' ? { xt: feeds.xt!, ...(feeds.t && { t: feeds.t }) } : feeds
  const named = Object.fromEntries(layout.specs.map(({ name }) => [name, layout.view(weights, name)]))
  using program = await compile(outputs, await nodeEngine())
  const needed = Object.fromEntries(Object.entries({ ...used, ...named }).filter(([name]) => program.inputs.has(name)))
  for (let i = 0; i < Number(values.steps); i++) await program.run(needed)
}
