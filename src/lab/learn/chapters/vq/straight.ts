/** The gradient through a codebook: handed to h as it is. */
import { embeddingTable, roundTokens } from '../../../../diffusion/discrete/index.ts'
import { straightThrough } from '../../../../diffusion/latent/index.ts'
import { constant, gather, gradients, input, mul, square as squared, sub, sum } from '../../../../engine/graph/index.ts'
import { nearest } from '../../../../engine/nn/vq-model/codebook.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { figure, type Point } from '../../figure.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { lattice, shown } from '../../shared/series.ts'

const codebook = [-1.2, 0.8, 0.1, 1.2, 1.3, 0.6, -0.9, -0.9, 0.2, -0.3, 1.1, -1]

/** e of h, the loss ½ ‖e − target‖² of a decoder that shows its vector as it is, and the gradients in h and in the vector. */
export function passed(h: Point, target: Point) {
  const [at, vectors] = [input('h', [1, 2]), constant(codebook, [6, 2])]
  const e = gather(vectors, nearest(at, vectors))
  const seen = straightThrough(at, e)
  const loss = mul(sum(squared(sub(seen, input('target', [1, 2])))), 0.5)
  const [gradient] = gradients(loss, [at])
  const [vector, value, found] = evaluate([e, loss, gradient!], { h, target })
  return {
    e: [Number(vector.data[0]), Number(vector.data[1])] as const,
    loss: Number(value.data[0]),
    gradient: [Number(found.data[0]), Number(found.data[1])] as const,
  }
}

const extent = square(2)
const cells = 56

export const straight = figure({
  id: 'straight',
  title: 'Straight through',
  hint: 'Drag h within its cell: the loss does not change, so its true gradient is zero. What h gets is the gradient at the vector. Drag it over a border and the loss jumps.',
  controls: {
    points: {
      kind: 'points',
      label: 'h, and what the decoder should show',
      initial: [
        [0.7, -0.05],
        [1.5, 1.5],
      ],
    },
  },
  show({ points: [h, target] }) {
    const { e, loss, gradient } = passed(h!, target!)
    const places = lattice(extent, cells)
    const tokens = roundTokens(embeddingTable(Float64Array.from(codebook), 6), places)
    const losses = Float64Array.from(tokens, (token) => {
      const [a, b] = [codebook[2 * token]!, codebook[2 * token + 1]!]
      return 0.5 * ((a - target![0]) ** 2 + (b - target![1]) ** 2)
    })
    const arrow = (at: Point, ink: 'model' | 'data', label: string) =>
      ({
        kind: 'arrows',
        x: [at[0]],
        y: [at[1]],
        dx: [-0.35 * gradient[0]],
        dy: [-0.35 * gradient[1]],
        ink,
        label,
      }) as const
    return {
      views: [
        {
          kind: 'plot',
          title: 'the loss by where h is, and the step that h is told',
          ...planeAxes(extent),
          handles: 'points',
          marks: [
            {
              kind: 'heat',
              values: losses,
              columns: cells,
              rows: cells,
              range: [0, Math.max(...losses) * 1.6],
              palette: 'density',
            },
            { kind: 'line', x: [h![0], e[0]], y: [h![1], e[1]], ink: 'muted', dashed: true },
            {
              kind: 'points',
              x: codebook.filter((_, i) => i % 2 === 0),
              y: codebook.filter((_, i) => i % 2 === 1),
              ink: 'exact',
              radius: 4,
              label: 'vectors',
            },
            arrow(e, 'data', 'minus the gradient at e'),
            arrow(h!, 'model', 'the same, at h'),
          ],
        },
      ],
      numbers: { loss, g1: gradient[0], g2: gradient[1], true: 0 },
      caption: `The loss is ${shown(loss)} in the whole cell. h is told the gradient (${shown(gradient[0])}, ${shown(gradient[1])}), that of the vector.`,
    }
  },
})
