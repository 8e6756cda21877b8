/** The mean of the data given a noisy state and a measurement: exact, and by each assumption on the covariance. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { exactPosterior, mmps, piGdm } from '../../../../diffusion/guidance/index.ts'
import { figure, type Point } from '../../figure.ts'
import { heatOf, levelLine, planeAxes } from '../../shared/field.ts'
import { shown } from '../../shared/series.ts'
import { components, direction, extent, measured, prior, schedule } from './mixture.ts'

/** E[x₀ | x_t], the exact E[x₀ | x_t, y], and what methods make of it. */
export async function meansAt([a, b]: Point, t: number, degrees: number, y: number, sigma: number) {
  const x = Float64Array.of(a, b)
  const seen = measured(degrees, y, sigma)
  const exact = mixtureDenoiser({ schedule, components: exactPosterior(components, seen) })
  return {
    prior: prior.denoise(x, t),
    exact: exact.denoise(x, t),
    mmps: await mmps(prior, seen, { iterations: 1 }).denoise(x, t),
    pigdm: await piGdm(prior, seen).denoise(x, t),
  }
}

export const score = figure({
  id: 'score',
  title: 'A measurement moves the mean',
  hint: 'Drag x_t. With little noise (small t) the posterior of x₀ is one Gaussian, and moment matching is right; between two groups it is not.',
  controls: {
    state: { kind: 'points', label: 'x_t', initial: [[0.5, -0.1]] },
    t: { kind: 'slider', label: 't', min: 0.02, max: 0.98, step: 0.01, initial: 0.4 },
    angle: { kind: 'slider', label: 'direction measured, degrees', min: 0, max: 180, step: 1, initial: 60 },
    y: { kind: 'slider', label: 'y', min: -2, max: 2, step: 0.05, initial: 1 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.02, max: 1, step: 0.01, initial: 0.1 },
  },
  async show({ state, t, angle, y, sigma }) {
    const [a, b] = state[0]!
    const means = await meansAt([a, b], t, angle, y, sigma)
    const off = (mean: ArrayLike<number>) => Math.hypot(mean[0]! - means.exact[0]!, mean[1]! - means.exact[1]!)
    const arrow = (to: ArrayLike<number>, ink: 'exact' | 'model' | { series: number }, label: string) =>
      ({
        kind: 'arrows',
        x: [means.prior[0]!],
        y: [means.prior[1]!],
        dx: [to[0]! - means.prior[0]!],
        dy: [to[1]! - means.prior[1]!],
        ink,
        label,
      }) as const
    return {
      views: [
        {
          kind: 'plot',
          title: 'p(x₀), the measured line, and means of x₀',
          ...planeAxes(extent),
          handles: 'state',
          marks: [
            heatOf((points) => prior.logDensity(points, 0), extent),
            { kind: 'line', ...levelLine(direction(angle), y, extent), ink: 'muted', dashed: true, label: 'a · x = y' },
            {
              kind: 'points',
              x: [means.prior[0]!],
              y: [means.prior[1]!],
              ink: 'data',
              radius: 5,
              label: 'E[x₀ | x_t]',
            },
            arrow(means.pigdm, { series: 3 }, 'ΠGDM'),
            arrow(means.mmps, 'model', 'MMPS'),
            arrow(means.exact, 'exact', 'E[x₀ | x_t, y], exact'),
          ],
        },
      ],
      numbers: {
        t,
        factor: schedule.sigma(t) ** 2 / schedule.alpha(t),
        x1: means.exact[0]!,
        x2: means.exact[1]!,
        prior1: means.prior[0]!,
        prior2: means.prior[1]!,
        mmpsError: off(means.mmps),
        pigdmError: off(means.pigdm),
      },
      caption: `Given y, the mean moves from (${shown(means.prior[0]!)}, ${shown(means.prior[1]!)}) to (${shown(means.exact[0]!)}, ${shown(means.exact[1]!)}). MMPS is off by ${shown(off(means.mmps), 3)}, ΠGDM by ${shown(off(means.pigdm), 3)}.`,
    }
  },
})
