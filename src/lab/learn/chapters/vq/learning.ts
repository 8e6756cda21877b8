/** A codebook learns a spiral: by its own gradient alone, and with places for vectors that nothing is nearest to. */
import { reviving } from '../../../../diffusion/latent/quantised.ts'
import { add, gather, gradients, input, mean, square as squared, sub } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { nearest } from '../../../../engine/nn/vq-model/codebook.ts'
import { adamw } from '../../../../engine/optim/index.ts'
import { fold, key, normal, uniform } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { remembered } from '../../shared/remembered.ts'
import { coordinate, pause, shown } from '../../shared/series.ts'

const [count, codes, steps, every] = [60, 20, 60, 2]

/** Points along one and a half turns. */
const spiral = (): Float64Array => {
  const along = uniform(fold(key('spiral'), 'along'), new Float64Array(count))
  const noise = normal(fold(key('spiral'), 'noise'), new Float64Array(2 * count))
  return noise.map((each, i) => {
    const angle = 3 * Math.PI * along[i >> 1]!
    return (0.15 + 0.8 * along[i >> 1]!) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.03 * each
  })
}
const rows = spiral()

/** How evenly tokens are used: exp of the entropy of their shares. */
export function perplexity(tokens: ArrayLike<number>, size: number): number {
  const shares = new Float64Array(size)
  for (let i = 0; i < tokens.length; i++) shares[tokens[i]!]! += 1 / tokens.length
  return Math.exp(-shares.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0))
}

export interface State {
  readonly vectors: Float32Array
  readonly tokens: readonly number[]
  /** The mean squared distance of the rows from their vectors. */
  readonly distance: number
}

/** The codebook after every few steps of AdamW. */
export async function trained(revives: 'alone' | 'revived'): Promise<readonly State[]> {
  const [points, vectors] = [input('rows', [count, 2]), input('vectors', [codes, 2])]
  const tokens = nearest(points, vectors)
  const distance = mean(squared(sub(points, gather(vectors, tokens))))
  const loss = revives === 'revived' ? add(distance, reviving(vectors, points, tokens)) : distance
  const [gradient] = gradients(loss, [vectors])
  const optimizer = adamw({ weightDecay: 0 })
  const flat = uniform(key('vectors'), new Float32Array(2 * codes)).map((u) => (2 * u - 1) / (2 * codes))
  const state = optimizer.init(flat.length)
  const states: State[] = []
  for (let step = 0; step <= steps; step++) {
    const [slope, used, error] = evaluate([gradient!, tokens, distance], { rows, vectors: flat })
    await pause()
    if (step % every === 0) {
      states.push({ vectors: flat.slice(), tokens: Array.from(used.data, Number), distance: 2 * Number(error.data[0]) })
    }
    optimizer.update(flat, Float32Array.from(slope.data), state, 3e-2, {})
  }
  return states
}

const trainedOnce = remembered(trained)
const extent = square(1.15)

export const learning = figure({
  id: 'learning',
  title: 'Unused vectors',
  hint: 'Play. Alone, only the vectors on the outside of the first ball are ever nearest to anything. With places of their own, the others go where they are needed.',
  controls: {
    step: { kind: 'slider', label: 'step', min: 0, max: steps, step: every, initial: 40 },
    revives: {
      kind: 'choice',
      label: 'unused vectors',
      options: [
        { value: 'alone', label: 'left alone' },
        { value: 'revived', label: 'drawn to places' },
      ],
      initial: 'alone',
    },
  },
  play: { control: 'step', seconds: 6 },
  async show({ step, revives }) {
    const all = await trainedOnce(revives)
    const { vectors, tokens, distance } = all[Math.round(step / every)]!
    const used = new Set(tokens)
    const part = (inUse: boolean) => {
      const chosen = Array.from({ length: codes }, (_, k) => k).filter((k) => used.has(k) === inUse)
      return { x: chosen.map((k) => vectors[2 * k]!), y: chosen.map((k) => vectors[2 * k + 1]!) }
    }
    const even = perplexity(tokens, codes)
    return {
      views: [
        {
          kind: 'plot',
          ...planeAxes(extent),
          marks: [
            {
              kind: 'points',
              x: coordinate(rows, 0),
              y: coordinate(rows, 1),
              ink: 'muted',
              radius: 2,
              label: 'what an encoder gives',
            },
            { kind: 'points', ...part(false), ink: 'noise', radius: 5, label: 'unused vectors' },
            { kind: 'points', ...part(true), ink: 'model', radius: 5, label: 'vectors in use' },
          ],
        },
        {
          kind: 'plot',
          title: 'mean squared distance',
          x: { label: 'step', min: 0, max: steps },
          y: { label: 'distance', min: 0, max: all[0]!.distance * 1.05 },
          marks: [
            { kind: 'line', x: all.map((_, i) => i * every), y: all.map((each) => each.distance), ink: 'model' },
            { kind: 'points', x: [step], y: [distance], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { step, used: used.size, perplexity: even, distance },
      caption: `After ${step} steps ${used.size} of ${codes} vectors are in use, with a perplexity of ${shown(even, 1)}; the mean squared distance is ${shown(distance, 4)}.`,
    }
  },
})
