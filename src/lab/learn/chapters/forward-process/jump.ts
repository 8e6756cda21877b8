/** Points as noise covers them, and their marginal. */
import { diracDenoiser } from '../../../../diffusion/denoise/index.ts'
import { jump, namedSchedule, type ScheduleName } from '../../../../diffusion/noise/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { type DensityName, densityDataset } from '../../../../files/data/builtin/densities.ts'
import { figure, type Point } from '../../figure.ts'
import { average, say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'

const reach = 3.2
const drawn: readonly Point[] = [
  [-1.8, 1.2],
  [-0.6, 1.8],
  [0.9, 1.4],
  [1.9, 0.2],
  [0.8, -1.5],
  [-1.5, -1.1],
]

/** 300 points of a set, or each of the hand-made ones many times. */
export function pointsOf(
  data: string,
  own: readonly Point[],
): { readonly law: Float64Array; readonly shown: Float64Array } {
  if (data !== 'own') {
    const points = Float64Array.from(densityDataset(data as DensityName, 300, key(data)).data)
    return { law: points, shown: points }
  }
  const law = flat(own)
  return { law, shown: Float64Array.from({ length: 300 * 2 }, (_, i) => law[i % law.length]!) }
}

export const jumpFigure = figure({
  id: 'jump',
  title: 'Any amount of noise in one jump',
  hint: 'Move t from 0 to 1, or press play. Choose points of your own and drag them: each becomes a round cloud that shrinks towards the middle.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.01, max: 1, step: 0.01, initial: 0.25 },
    data: {
      kind: 'choice',
      label: 'data',
      options: [
        { value: 'pinwheel', label: 'pinwheel' },
        { value: 'moons', label: 'moons' },
        { value: 'eight-gaussians', label: 'eight Gaussians' },
        { value: 'checkerboard', label: 'checkerboard' },
        { value: 'own', label: 'six points to drag' },
      ],
      initial: 'pinwheel',
    },
    schedule: {
      kind: 'choice',
      label: 'schedule',
      options: [
        { value: 'cosine', label: 'cosine' },
        { value: 'vp', label: 'VP' },
        { value: 'sub-vp', label: 'sub-VP' },
        { value: 'rectified-flow', label: 'rectified flow' },
      ],
      initial: 'cosine',
    },
    own: { kind: 'points', label: 'your points', initial: drawn },
  },
  play: { control: 't', seconds: 6 },
  show({ t, data, schedule: name, own }) {
    const schedule = namedSchedule(name as ScheduleName)
    const { law, shown } = pointsOf(data, own)
    const noise = normal(fold(key('forward'), 'noise'), new Float64Array(shown.length))
    const x = jump(schedule, t, shown, noise)
    const marginal = diracDenoiser({ schedule, shape: [2], points: law })
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    const square = average(x.map((value) => value ** 2))
    const before = average(law.map((value) => value ** 2))
    return {
      views: [
        planePlot(reach, [dots(shown, 'data', { radius: 2 })], {
          title: 'data x₀',
          ...(data === 'own' && { handles: 'own' }),
        }),
        planePlot(reach, [densityOf(marginal, t, reach, 34), dots(x, 'noise', { radius: 1.8, opacity: 0.7 })], {
          title: `x at t = ${say(t)}, over its density`,
        }),
      ],
      numbers: { t, alpha, sigma, alphaBar: alpha ** 2, square, promised: alpha ** 2 * before + sigma ** 2 },
      caption:
        `At t = ${say(t)} a point is ${say(alpha)} of the data and ${say(sigma)} of noise. ` +
        `The mean square of a coordinate is ${say(square)}; α² times that of the data, plus σ², is ${say(alpha ** 2 * before + sigma ** 2)}.`,
    }
  },
})
