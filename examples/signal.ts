/**
 * What could this half-seen, noisy signal have been? A measurement of one's own in a few lines, and draws of the posterior by a
 * denoiser in closed form: signals of 32 numbers whose neighbours are alike. For such data the answer is known, so the
 * draws can be held against it.
 *
 *     npx tsx examples/signal.ts
 */
import { guidance, measure, noise, random, sample } from '../src/index.ts'

const n = 32
const covariance = Float64Array.from({ length: n * n }, (_, at) => {
  const distance = Math.floor(at / n) - (at % n)
  return Math.exp(-(distance ** 2) / 18) + (distance === 0 ? 1e-4 : 0)
})
const prior = { mean: new Float64Array(n), covariance }
const denoiser = guidance.differentiableGaussian({ schedule: noise.cosineSchedule(), ...prior })

// The instrument sees the mean of every two neighbours, but is blind in the middle.
const seen = Array.from({ length: n / 2 }, (_, i) => i).filter((i) => i < 5 || i > 10)
const sensor = measure.linearOperator({
  name: 'blind sensor',
  from: [n],
  to: [seen.length],
  forward: (x) => seen.map((i) => (x[2 * i]! + x[2 * i + 1]!) / 2),
  adjoint: (y) => Float64Array.from({ length: n }, (_, j) => (y[seen.indexOf(Math.floor(j / 2))] ?? 0) / 2),
})
console.log(`adjoint off by ${measure.adjointError(sensor).toExponential(0)}`)

const truth = guidance.drawMixture([prior], 1, random.key('truth'))
const observed = await measure.observe(sensor, truth, { sigma: 0.1 })
const draws = await sample.sampleFinal(guidance.mmps(denoiser, observed, { iterations: 12 }), {
  sampler: sample.heun(),
  times: sample.karrasTimes(denoiser.schedule, 30),
  batch: 400,
  dtype: 'float64',
})

const moments = guidance.mixtureMoments(guidance.exactPosterior([prior], observed))
console.log('place  truth   mean ± spread of draws   exact')
for (let i = 0; i < n; i += 2) {
  const own = Array.from({ length: 400 }, (_, k) => draws[k * n + i]!)
  const mean = own.reduce((sum, value) => sum + value / 400, 0)
  const spread = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2 / 400, 0))
  const cells = [truth[i]!, mean, spread, moments.mean[i]!, Math.sqrt(moments.covariance[i * n + i]!)]
  const [a, b, c, d, e] = cells.map((value) => value.toFixed(2).padStart(6))
  console.log(`${String(i).padStart(5)} ${a} ${b} ± ${c}        ${d} ± ${e}`)
}
