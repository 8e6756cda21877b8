/** One place of a picture that looks at three words, in the plane: keys, a query, and the mean of the values. */
import { figure, type Point } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { arrowsAt, dots, planePlot } from '../../shared/plane.ts'

const reach = 3
const names = ['red', 'circle', 'above'] as const
const keys: readonly Point[] = [
  [2, 0.6],
  [-0.4, 2],
  [-1.6, -1.4],
]

/** softmax(q · k / √d) over the words that are seen. */
export function weightsOf(query: Point, words: readonly Point[], seen: readonly boolean[]): number[] {
  const scores = words.map(([x, y]) => (query[0] * x + query[1] * y) / Math.SQRT2)
  const most = Math.max(...scores.filter((_, i) => seen[i]))
  const powers = scores.map((score, i) => (seen[i] ? Math.exp(score - most) : 0))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

export const attentionFigure = figure({
  id: 'attention',
  title: 'A place looks at words',
  hint: 'Drag the query towards a word: it is looked at more. A longer query decides more sharply. Mask the third word: it counts no more, wherever it is.',
  controls: {
    query: { kind: 'points', label: 'the query of a place', initial: [[0.9, 0.9]] },
    words: { kind: 'points', label: 'keys of three words', initial: keys },
    masked: { kind: 'toggle', label: 'mask the third word', initial: false },
  },
  show({ query: queries, words, masked }) {
    const query = queries[0] ?? ([0, 0] as const)
    const weights = weightsOf(query, words, [true, true, !masked])
    const mean = [0, 1].map((axis) => words.reduce((sum, word, i) => sum + weights[i]! * word[axis]!, 0))
    const origin = Float64Array.of(0, 0)
    const [first, second, third] = weights as [number, number, number]
    return {
      views: [
        planePlot(
          reach,
          [
            ...words.map((word, i) =>
              dots(flat([word]), { series: i }, { radius: 4 + 14 * weights[i]!, opacity: 0.8, label: names[i] ?? '' }),
            ),
            arrowsAt(origin, Float64Array.from(query), 'noise', { longest: reach, unit: reach }),
          ],
          { title: 'keys, as large as their weights, and the query', handles: 'words' },
        ),
        planePlot(
          reach,
          [
            dots(flat(words), 'muted', { radius: 3 }),
            dots(Float64Array.from(mean), 'model', { radius: 6, label: 'weighted mean' }),
          ],
          { title: 'what the place gets (values are the keys here)', handles: 'query' },
        ),
        {
          kind: 'plot',
          title: 'weights',
          x: { label: names.join(' · '), min: -0.6, max: 2.6, bare: true },
          y: { label: 'a', min: 0, max: 1 },
          marks: [{ kind: 'bars', x: [0, 1, 2], y: weights, width: 0.7, ink: 'model' }],
        },
      ],
      numbers: { first, second, third, meanX: mean[0]!, meanY: mean[1]! },
      caption: `The place looks at “red” with weight ${say(first)}, at “circle” with ${say(second)} and at “above” with ${say(third)}${masked ? ', which is masked' : ''}; it gets (${say(mean[0]!)}, ${say(mean[1]!)}).`,
    }
  },
})
