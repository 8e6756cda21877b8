/** What the top code can learn of the data: through a draw of the code below, or at first hand. */
import { figure } from '../../figure.ts'
import { inferLevels } from '../../../../diffusion/latent/index.ts'
import { constant } from '../../../../engine/graph/index.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { once } from '../../../../once.ts'
import { column } from '../../shared/evaluated.ts'
import { percent, shown } from '../../shared/series.ts'
import { linearHierarchy } from './linear.ts'

const count = 400
const levels = { a: 1, b: 1, r: 0.5, s: 0.6 }
const deviation = Math.sqrt(levels.a ** 2 * (levels.b ** 2 + levels.r ** 2) + levels.s ** 2)
const noises = once(() => ['x', 'z1', 'z2'].map((name) => normal(key(name), new Float64Array(count))))

/** Draws of the top code for draws of the data, and the square of their correlation. */
export function topCodes(order: 'top-down' | 'bottom-up', widen: number) {
  const [data, first, second] = noises()
  const x = data!.map((z) => deviation * z)
  const hierarchy = linearHierarchy(levels, order, { shift: 0, widen: order === 'bottom-up' ? widen : 0 })
  // of the plain encoder only the lower code is noisier than it should be
  const own = order === 'bottom-up' ? second!.map((z) => z * Math.exp(-widen / 2)) : second!
  const drawn = inferLevels(
    hierarchy,
    [column(x)],
    [first!, own].map((z) => constant(z, [count, 1])),
  )
  const z = Float64Array.from(evaluate([drawn[1]!.z])[0].data)
  let [xx, zz, xz] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    xx += x[i]! ** 2
    zz += z[i]! ** 2
    xz += x[i]! * z[i]!
  }
  return { x, z, explained: xz ** 2 / (xx * zz) }
}

/** The same by formula: the share of the top code’s variance that is the data’s. */
export function explainedExactly(order: 'top-down' | 'bottom-up', widen: number): number {
  const { a, b, r, s } = levels
  const marginal = b ** 2 + r ** 2
  const seen = a ** 2 * marginal + s ** 2
  if (order === 'top-down') return (a * b) ** 2 / seen
  const [mean, noise] = [((marginal * a) / seen) ** 2 * seen, ((marginal * s ** 2) / seen) * Math.exp(widen)]
  const gain = (b / marginal) ** 2
  return (gain * mean) / (gain * (mean + noise) + r ** 2 / marginal)
}

export const information = figure({
  id: 'information',
  title: 'What the top code hears of the data',
  hint: 'Early in training the lower code is noisy. Widen it: a plain encoder’s top code loses the data, for it hears of them through that draw. A ladder’s reads the data itself.',
  controls: {
    widen: { kind: 'slider', label: 'log-variance of z₁ too large by', min: 0, max: 5, step: 0.1, initial: 2.5 },
  },
  show({ widen }) {
    const [plain, ladder] = [topCodes('bottom-up', widen), topCodes('top-down', widen)]
    const panel = (title: string, { x, z }: typeof plain, ink: 'model' | 'noise') =>
      ({
        kind: 'plot',
        title,
        x: { label: 'x', min: -5, max: 5 },
        y: { label: 'z₂', min: -6, max: 6 },
        marks: [{ kind: 'points', x, y: z, ink, radius: 2 }],
      }) as const
    return {
      views: [panel('plain: q(z₂ | z₁)', plain, 'noise'), panel('ladder: q(z₂ | x)', ladder, 'model')],
      numbers: {
        widen,
        plain: explainedExactly('bottom-up', widen),
        ladder: explainedExactly('top-down', widen),
      },
      caption: `With a log-variance of z₁ that is ${shown(widen, 1)} too large, the data explain ${percent(plain.explained)} of the variance of a plain encoder’s top code, and ${percent(ladder.explained)} of a ladder’s.`,
    }
  },
})
