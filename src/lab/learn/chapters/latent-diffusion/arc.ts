/** A measurement through a curved decoder: several codes explain it as well. */
import { differentiableMixture, mmps } from '../../../../diffusion/guidance/index.ts'
import { nonlinearOperator, observation } from '../../../../diffusion/measure/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { evenly, histogram, logNormal, meanOf, shown } from '../../shared/series.ts'

const prior = differentiableMixture({
  schedule: cosineSchedule(),
  components: [
    { weight: 0.7, mean: [0.9], covariance: 0.15 },
    { weight: 0.3, mean: [-0.9], covariance: 0.15 },
  ],
})

/** y = the first coordinate of D(z) = (cos b z, sin b z). */
export const firstOf = (bend: number) =>
  nonlinearOperator({
    name: 'first coordinate of what is decoded',
    from: [1],
    to: [1],
    forward: ([z]) => [Math.cos(bend * z!)],
    pushforward: ([z], [u]) => [-bend * Math.sin(bend * z!) * u!],
    pullback: ([z], [v]) => [-bend * Math.sin(bend * z!) * v!],
  })

const fine = evenly(-3, 3, 601)

/** p(z | y) on a grid, and the share of codes above zero. */
export function posterior(bend: number, y: number, sigma: number) {
  const logs = prior.logDensity(fine, 0).map((log, i) => log + logNormal(y, Math.cos(bend * fine[i]!), sigma ** 2))
  const top = Math.max(...logs)
  const raw = logs.map((log) => Math.exp(log - top))
  const total = raw.reduce((sum, each) => sum + each, 0) * 0.01
  const density = raw.map((each) => each / total)
  return { density, above: density.reduce((sum, each, i) => sum + (fine[i]! > 0 ? each * 0.01 : 0), 0) }
}

export async function codesFor(bend: number, y: number, sigma: number, steps = 80) {
  const seen = observation(firstOf(bend), Float64Array.of(y), sigma)
  const options = { sampler: ddim({ eta: 1 }), times: uniformTimes(steps, { from: 0.995 }), batch: 240, seed: 2 }
  return drawn(mmps(prior, seen, { iterations: 1 }), options)
}

export const arc = figure({
  id: 'arc',
  title: 'Measurements go through the decoder',
  hint: 'Only the first coordinate is measured: places above and below are as good, but for what is known of codes. Flatten the decoder, and one is left. MMPS takes p(z | z_t) for one Gaussian, and gets the shares of two places only roughly.',
  controls: {
    y: { kind: 'slider', label: 'y, the first coordinate', min: -1, max: 1, step: 0.05, initial: 0.45 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.04, max: 0.4, step: 0.02, initial: 0.08 },
    bend: { kind: 'slider', label: 'bend of the decoder', min: 0.2, max: 1.5, step: 0.05, initial: 1.2 },
  },
  async show({ y, sigma, bend }) {
    const codes = await codesFor(bend, y, sigma)
    const { density, above } = posterior(bend, y, sigma)
    const bars = histogram(codes, -3, 3, 60)
    const share = meanOf(codes.map((z) => Number(z > 0)))
    const places = evenly(-2.6, 2.6, 121)
    return {
      views: [
        {
          kind: 'plot',
          title: 'D(z), and decoded codes',
          x: { label: 'x₁, measured', min: -1.3, max: 1.3 },
          y: { label: 'x₂', min: -1.3, max: 1.3 },
          equal: true,
          marks: [
            {
              kind: 'line',
              x: places.map((z) => Math.cos(bend * z)),
              y: places.map((z) => Math.sin(bend * z)),
              ink: 'muted',
              label: 'D(z)',
            },
            { kind: 'rule', x: y, ink: 'exact', dashed: true, label: 'y' },
            {
              kind: 'points',
              x: codes.map((z) => Math.cos(bend * z)),
              y: codes.map((z) => Math.sin(bend * z)),
              ink: 'model',
              radius: 3,
              label: 'drawn',
            },
          ],
        },
        {
          kind: 'plot',
          title: 'codes given y',
          x: { label: 'z', min: -3, max: 3 },
          y: { label: 'density', min: 0, max: Math.max(...bars.y, ...density) * 1.05 },
          marks: [
            { kind: 'bars', ...bars, ink: 'model', label: 'drawn by MMPS' },
            { kind: 'line', x: fine, y: density, ink: 'exact', label: 'p(z | y)' },
          ],
        },
      ],
      numbers: { above, share, y },
      caption: `${shown(100 * share, 0)} % of the codes are above zero; exact are ${shown(100 * above, 0)} %.`,
    }
  },
})
