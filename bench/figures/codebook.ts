/** A codebook of 32 vectors learns points on a spiral: by its own gradient alone, and with unused vectors drawn to places of their own. */
import { reviving } from '../../src/diffusion/latent/quantised.ts'
import { add, gather, gradients, input, mean, square, sub, type Tensor } from '../../src/engine/graph/index.ts'
import { nearest } from '../../src/engine/nn/vq-model/codebook.ts'
import { adamw } from '../../src/engine/optim/index.ts'
import { fold, key, normal, uniform } from '../../src/engine/random/index.ts'
import { compile } from '../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { colors, dots, figure, type Panel } from './plot/index.ts'

const [count, codes, steps] = [400, 32, 500]

export async function codebook(): Promise<string> {
  const rows = spiral()
  return figure([await panel('codebook term', rows, false), await panel('with places', rows, true)], {
    size: [225, 225],
    legend: [
      { label: 'what an encoder gives', color: colors.grey, symbol: 'patch' },
      { label: 'vectors in use', color: colors.blue, symbol: 'patch' },
      { label: 'unused', color: colors.red, symbol: 'patch' },
    ],
  })
}

/** Points along one and a half turns, some noise around them. */
function spiral(): Float32Array {
  const along = uniform(fold(key('spiral'), 'along'), new Float64Array(count))
  const noise = normal(fold(key('spiral'), 'noise'), new Float64Array(2 * count))
  return Float32Array.from(noise, (each, i) => {
    const angle = 3 * Math.PI * along[i >> 1]!
    return (0.15 + 0.8 * along[i >> 1]!) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.03 * each
  })
}

async function panel(title: string, data: Float32Array, revives: boolean): Promise<Panel> {
  const [rows, vectors] = [input('rows', [count, 2]), input('vectors', [codes, 2])]
  const tokens = nearest(rows, vectors)
  const distance = mean(square(sub(rows, gather(vectors, tokens))))
  const loss: Tensor = revives ? add(distance, reviving(vectors, rows, tokens)) : distance
  const [gradient] = gradients(loss, [vectors])
  const optimizer = adamw({ weightDecay: 0 })
  const flat = uniform(key('vectors'), new Float32Array(2 * codes)).map((u) => (2 * u - 1) / codes)
  const state = optimizer.init(flat.length)
  using program = await compile({ gradient: gradient!, tokens, distance }, await nodeEngine(), { threads: 1 })
  const run = async () => program.run({ rows: data, vectors: flat })
  for (let step = 0; step < steps; step++) {
    optimizer.update(flat, (await run()).gradient as Float32Array, state, 5e-3, {})
  }
  const { tokens: used, distance: error } = await run()
  const inUse = new Set<number>(used as Int32Array)
  const points = (values: ArrayLike<number>, wanted: (i: number) => boolean) =>
    Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const).filter((_, i) =>
      wanted(i),
    )
  const axis = { from: -1.1, to: 1.1, ticks: [-1, 0, 1] }
  return {
    title: `${title}: ${inUse.size} of ${codes}, ${(2 * Number(error![0])).toFixed(4)}`,
    x: axis,
    y: axis,
    marks: [
      dots(
        points(data, () => true),
        { radius: 1.2, color: colors.grey },
      ),
      dots(
        points(flat, (i) => !inUse.has(i)),
        { radius: 3, color: colors.red },
      ),
      dots(
        points(flat, (i) => inUse.has(i)),
        { radius: 3, color: colors.blue },
      ),
    ],
  }
}
