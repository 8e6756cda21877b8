/** One term of the bound: two Gaussians, and the ways to write their divergence. */
import { cosineSchedule, transition } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'

const schedule = cosineSchedule()
const snr = (t: number): number => Math.exp(schedule.logSnr(t))

export const stepFigure = figure({
  id: 'step',
  title: 'One step’s divergence',
  hint: 'Make the guess wrong: with Σ = β̃ only its error counts, times a difference of signal-to-noise ratios. With Σ = β a price is left even for a perfect guess.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.1, max: 0.95, step: 0.05, initial: 0.5 },
    ratio: { kind: 'slider', label: 's as a part of t', min: 0.5, max: 0.98, step: 0.02, initial: 0.8 },
    error: { kind: 'slider', label: 'error of x̂₀', min: -1, max: 1, step: 0.05, initial: 0.4 },
    variance: {
      kind: 'choice',
      label: 'Σ',
      options: [
        { value: 'small', label: 'β̃' },
        { value: 'large', label: 'β' },
      ],
      initial: 'small',
    },
  },
  show({ t, ratio, error, variance }) {
    const s = ratio * t
    const [x, x0] = [0.3, 0.6]
    const { posterior, variance: beta, scale } = transition(schedule, s, t)
    const truth = posterior.x * x + posterior.sample * x0
    const mean = posterior.x * x + posterior.sample * (x0 + error)
    const sigma = variance === 'small' ? posterior.variance : beta
    const kl = (Math.log(sigma / posterior.variance) - 1 + (posterior.variance + (truth - mean) ** 2) / sigma) / 2
    const bySnr = ((snr(s) - snr(t)) * error ** 2) / 2
    // the error of ε that this error of x₀ is, and DDPM's weight of it
    const noise = (schedule.alpha(t) / schedule.sigma(t)) * error
    const byNoise = (beta ** 2 / (2 * posterior.variance * scale ** 2 * schedule.sigma(t) ** 2)) * noise ** 2
    const reach = 2.2
    const bell = (m: number, v: number) => curveOf((at) => normalDensity(at, m, v), -reach, reach, 241)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'x at s', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 1.1 / Math.sqrt(2 * Math.PI * posterior.variance) },
          marks: [
            { kind: 'area', ...bell(truth, posterior.variance), ink: 'exact', label: 'q(xₛ | xₜ, x₀)' },
            { kind: 'line', ...bell(mean, sigma), ink: 'model', width: 2, label: 'the model’s step' },
          ],
        },
      ],
      numbers: {
        s,
        t,
        beta: posterior.variance,
        sigma,
        truth,
        mean,
        kl,
        bySnr,
        byNoise,
        snrS: snr(s),
        snrT: snr(t),
        error,
        square: error ** 2,
        noise: noise ** 2,
        gap: (truth - mean) ** 2,
      },
      caption:
        variance === 'small'
          ? `With Σ = β̃ the divergence is ${say(kl)} nats: half of (${say(snr(s))} − ${say(snr(t))}) times the squared error ${say(error ** 2)}.`
          : `With Σ = β the divergence is ${say(kl)} nats, of which ${say(kl - (truth - mean) ** 2 / sigma / 2)} is the price of the wrong variance.`,
    }
  },
})
