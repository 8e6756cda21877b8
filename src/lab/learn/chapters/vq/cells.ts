/** A codebook in the plane: each point of it belongs to the nearest vector. */
import { embeddingTable, roundTokens } from '../../../../diffusion/discrete/index.ts'
import { nearest } from '../../../../engine/nn/vq-model/codebook.ts'
import { input } from '../../../../engine/graph/index.ts'
import { figure, type Point } from '../../figure.ts'
import { numbersOf } from '../../shared/evaluated.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { lattice, shown } from '../../shared/series.ts'

/** The same as {@link tokensOf} for many points, without the graph: rounding of embeddings is the nearest vector too. */
export const manyTokensOf = (points: Float64Array, codebook: readonly Point[]): Int32Array =>
  roundTokens(embeddingTable(Float64Array.from(codebook.flat()), codebook.length), points)

/** The number of the nearest vector to each of the points `[M, 2]`, by the graph that an autoencoder is made of. */
export function tokensOf(points: ArrayLike<number>, codebook: readonly Point[]): Float64Array {
  const [rows, vectors] = [input('rows', [points.length / 2, 2]), input('vectors', [codebook.length, 2])]
  return numbersOf(nearest(rows, vectors), { rows: points, vectors: codebook.flat() })
}

const extent = square(2)
const cells = 64

export const cellsFigure = figure({
  id: 'cells',
  title: 'A codebook’s cells',
  hint: 'Drag the vectors, and move h by its sliders. It becomes the number of the cell that it lies in; the decoder sees the cell’s vector in its place.',
  controls: {
    codebook: {
      kind: 'points',
      label: 'vectors',
      initial: [
        [-1.3, 0.9],
        [-0.2, 1.3],
        [1.2, 1],
        [-1.1, -0.6],
        [0.3, -0.1],
        [1.4, -0.5],
        [-0.3, -1.4],
        [0.9, -1.4],
      ],
    },
    x: { kind: 'slider', label: 'h₁', min: -2, max: 2, step: 0.05, initial: 0.6 },
    y: { kind: 'slider', label: 'h₂', min: -2, max: 2, step: 0.05, initial: 0.45 },
  },
  show({ codebook, x, y }) {
    const tokens = manyTokensOf(lattice(extent, cells), codebook)
    const token = tokensOf([x, y], codebook)[0]!
    const [a, b] = codebook[token]!
    const distance = Math.hypot(x - a, y - b)
    const counts = codebook.map((_, k) => tokens.filter((each) => each === k).length)
    // neighbours get shades that are apart: every third of eight
    const shades = Float64Array.from(tokens, (each) => ((3 * each) % 8) / 7)
    return {
      views: [
        {
          kind: 'plot',
          ...planeAxes(extent),
          handles: 'codebook',
          marks: [
            { kind: 'heat', values: shades, columns: cells, rows: cells, range: [-0.3, 2.2], palette: 'density' },
            { kind: 'line', x: [x, a], y: [y, b], ink: 'model', width: 2 },
            {
              kind: 'points',
              x: codebook.map(([each]) => each),
              y: codebook.map(([, each]) => each),
              ink: 'exact',
              radius: 4,
              label: 'vectors e_k',
            },
            { kind: 'points', x: [x], y: [y], ink: 'model', radius: 6, label: 'h' },
          ],
        },
      ],
      numbers: {
        token: token + 1,
        distance,
        closeness: 2 * (x * a + y * b) - (a * a + b * b),
        largest: Math.max(...counts) / tokens.length,
      },
      caption: `h lies in the cell of vector ${token + 1}, ${shown(distance)} from it. The largest cell has ${shown((100 * Math.max(...counts)) / tokens.length, 0)} % of the plane.`,
    }
  },
})
