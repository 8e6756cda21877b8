/**
 * How long an update of Muon takes, beside AdamW's, for the default U-Net of a budget.
 *
 *     npx tsx bench/muon.ts --widths 48,96
 */
import { parseArgs } from 'node:util'
import { muon } from '../src/engine/muon/muon.ts'
import { parametersOf } from '../src/engine/nn/network.ts'
import { unet2d } from '../src/engine/nn/unet2d/unet2d.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { adamw, zerosTogether } from '../src/engine/optim/index.ts'
import { isHiddenMatrix } from '../src/engine/optim/muon-options.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { unetOf } from '../src/families/default-network.ts'

const { values } = parseArgs({
  options: {
    widths: { type: 'string', default: '48,96' },
    channels: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '30' },
    threads: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
const channels = Number(values.channels)
const network = unet2d({
  sample_size: 14,
  in_channels: channels,
  out_channels: channels,
  ...unetOf({ widths: values.widths.split(',').map(Number) }),
})
const layout = parametersOf(network)
const tensors = layout.specs.map(({ name, shape }) => ({ name: `unet.${name}`, shape }))
if (values.list)
  for (const each of tensors) if (each.shape.length > 1) console.log(isHiddenMatrix(each), each.name, each.shape.join())
const { params, gradients, average, m, v } = zerosTogether({
  params: layout.size,
  gradients: layout.size,
  average: layout.size,
  m: layout.size,
  v: layout.size,
})
initialize(layout, key(0), params)
const start = normal(key(1), new Float32Array(layout.size))
const engine = await nodeEngine()
using placed = await muon({ weightDecay: 0.01 }).forTensors(tensors, engine, {
  ...(values.threads && { threads: Number(values.threads) }),
})
const plain = adamw({ weightDecay: 0.01 })
const times = { adamw: [] as number[], muon: [] as number[] }
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of ['adamw', 'muon'] as const) {
    gradients.set(start)
    const state = { step: round, slots: { m, v } }
    const options = { clipNorm: 1, ema: { average, decay: 0.999 } }
    const begin = performance.now()
    await (name === 'muon' ? placed : plain).update(params, gradients, state, 1e-3, options)
    times[name].push(performance.now() - begin)
  }
}
const median = (list: number[]): string => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!.toFixed(2)
const hidden = tensors.filter((each) => each.shape.length > 1 && isHiddenMatrix(each))
console.log(
  `${layout.size} parameters, ${hidden.length} matrices: AdamW ${median(times.adamw)} ms, Muon ${median(times.muon)} ms`,
)
