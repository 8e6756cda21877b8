/** The scale of codes: the moments of the aggregate, from the means and deviations of each code. */
import { key, fold, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { deviationOf, evenly, histogram, meanOf, normalCurve, shown } from '../../shared/series.ts'

const count = 400
const z = normal(fold(key('codes'), 'mean'), new Float64Array(count))
const epsilon = normal(fold(key('codes'), 'draw'), new Float64Array(count))

/** Means of codes, half of them about each of two centres, and a draw of each. */
export function codes(apart: number, spread: number, sigma: number, shift: number) {
  const mu = z.map((value, i) => shift + (i % 2 === 0 ? apart : -apart) + spread * value)
  return { mu, drawn: mu.map((value, i) => value + sigma * epsilon[i]!) }
}

/** m = E μ and s² = Var μ + E σ². */
export function momentsOf(mu: Float64Array, sigma: number) {
  const ofMeans = deviationOf(mu) ** 2
  return { m: meanOf(mu), ofMeans, ofDraws: sigma ** 2, s: Math.sqrt(ofMeans + sigma ** 2) }
}

const grid = evenly(-4, 4, 161)

export const scale = figure({
  id: 'scale',
  title: 'The scale of codes',
  hint: 'Widen σ, the uncertainty of each code: it counts in the scale, for the network sees draws and not means. Scaled, codes have mean 0 and variance 1, whatever their law.',
  controls: {
    apart: { kind: 'slider', label: 'groups of means, apart by', min: 0, max: 3, step: 0.05, initial: 1.6 },
    spread: { kind: 'slider', label: 'deviation of means in a group', min: 0.05, max: 1, step: 0.05, initial: 0.4 },
    sigma: { kind: 'slider', label: 'σ of each code', min: 0, max: 2, step: 0.05, initial: 0.5 },
    shift: { kind: 'slider', label: 'shift of all', min: -3, max: 3, step: 0.1, initial: 1.5 },
  },
  show({ apart, spread, sigma, shift }) {
    const { mu, drawn } = codes(apart, spread, sigma, shift)
    const { m, ofMeans, ofDraws, s } = momentsOf(mu, sigma)
    const scaled = drawn.map((value) => (value - m) / s)
    const [a, b] = [histogram(drawn, -8, 8, 64), histogram(scaled, -4, 4, 48)]
    return {
      views: [
        {
          kind: 'plot',
          title: 'codes z ~ q(z | x)',
          x: { label: 'z', min: -8, max: 8 },
          y: { label: 'density', min: 0, max: Math.max(0.3, ...a.y) * 1.05 },
          marks: [
            { kind: 'bars', ...a, ink: 'data' },
            { kind: 'rule', x: m, ink: 'exact', label: 'm' },
            { kind: 'rule', x: m - s, ink: 'exact', dashed: true, label: 'm ± s' },
            { kind: 'rule', x: m + s, ink: 'exact', dashed: true },
          ],
        },
        {
          kind: 'plot',
          title: 'what the network sees, (z − m)/s',
          x: { label: '(z − m)/s', min: -4, max: 4 },
          y: { label: 'density', min: 0, max: Math.max(0.5, ...b.y) * 1.05 },
          marks: [
            { kind: 'bars', ...b, ink: 'model' },
            { kind: 'line', x: grid, y: normalCurve(grid), ink: 'noise', dashed: true, label: 'N(0, 1)' },
          ],
        },
      ],
      numbers: { m, s2: s ** 2, ofMeans, ofDraws, factor: 1 / s, mean: meanOf(scaled), deviation: deviationOf(scaled) },
      caption: `m = ${shown(m)} and s² = ${shown(ofMeans)} + ${shown(ofDraws)} = ${shown(s ** 2)}. Scaled draws have mean ${shown(meanOf(scaled))} and deviation ${shown(deviationOf(scaled))}; one number in place of both, as 0.18215 of Stable Diffusion, would be ${shown(1 / s, 3)}.`,
    }
  },
})
