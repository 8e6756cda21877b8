/**
 * The network of a large pipeline: the time to open it, of a step and of the processor, and the most memory; against
 * PyTorch (`bench/torch_sd.py`), each in a process of its own.
 *
 *     npx tsx bench/sd-folder.ts /tmp/sd --tokenizer ../shared/golden/tiny-sd/tokenizer
 *     npx tsx bench/pipeline.ts /tmp/sd [--steps 3] [--memory auto|low|high] [--cache FOLDER]
 *     python3 bench/torch_sd.py --folder /tmp/sd
 */
import { parseArgs } from 'node:util'
import { partWeights } from '../src/compiled/part-weights.ts'
import { networkGraph } from '../src/compiled/network-graph.ts'
import { sizeOf } from '../src/engine/graph/index.ts'
import { networkFromConfig, parametersOf } from '../src/engine/nn/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { readComponent } from '../src/files/io/node/read-component.ts'
import type { WeightMemory } from '../src/files/io/folder-types.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '3' },
    memory: { type: 'string', default: 'auto' },
    cache: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('FOLDER is needed')

const cpu = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6
let spent = cpu()
const say = (what: string): void => {
  const now = cpu()
  const [rss, most] = [process.memoryUsage.rss() / 1e6, process.resourceUsage().maxRSS / 1e3]
  const times = `${performance.now().toFixed(0).padStart(7)} ms since the start, ${(now - spent).toFixed(1)} s of processors`
  console.log(`${what.padEnd(10)} ${times}, ${rss.toFixed(0)} MB resident, ${most.toFixed(0)} MB at the most`)
  spent = now
}

const engine = await nodeEngine(values.cache ? { cache: values.cache } : {})
const component = await readComponent(`${folder}/unet`)
const network = networkFromConfig(component.className, component.config)
const weights = partWeights(parametersOf(network), component.weights, values.memory as WeightMemory)
say('read')
const { output, weights: constants } = networkGraph({ network, ...weights }, 2)
const program = await compile({ output }, engine, { constants })
say('compiled')
const wave = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7))
const feeds = Object.fromEntries(
  Array.from(program.inputs, ([name, { shape }]) => [
    name,
    name === 't' ? new Float32Array(2).fill(500) : wave(sizeOf(shape)),
  ]),
)
const bound = program.bind(feeds, { output: new Float32Array(sizeOf(output.shape)) })
for (let step = 0; step < Number(values.steps); step++) {
  await bound.run()
  say(`step ${step + 1}`)
}
bound.dispose()
program.dispose()
say('disposed')
