/** The variational bound, term by term. */
import type { Chapter } from '../../chapter.ts'
import { bytesFigure } from './bytes.ts'
import { gapFigure } from './gap.ts'
import { limitFigure } from './limit.ts'
import { startFigure } from './start.ts'
import { stepFigure } from './step.ts'
import { termsFigure } from './terms.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'elbo',
  title: 'The variational bound',
  lead: 'A diffusion model is a latent-variable model. The latents are all the noisy states, the encoder is the forward process and has nothing to learn, and the decoder walks back. Its likelihood is bounded by a sum of divergences of Gaussians.',
  sections: [
    {
      title: 'Three kinds of terms',
      equations: [
        {
          tex: tex`-\log p_\theta(x_0) = \live{truth} \;\le\; L_T + \sum_{t=2}^T L_{t-1} + L_0 \qquad = \live{prior} + \live{sum} + (\live{decoder}) = \live{total}`,
          says: 'The prior at the start, the steps that are trained, and a decoder at the end.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { variationalBound } from 'tweedie/likelihood'
import { namedTable, tableSchedule } from 'tweedie/noise'

const schedule = tableSchedule(namedTable('linear', { steps: 100, betaStart: 0.001, betaEnd: 0.2 }))
const components = [{ weight: 0.3, mean: [-1], covariance: 0.02 }, { weight: 0.7, mean: [0.8], covariance: 0.06 }]
const denoiser = mixtureDenoiser({ schedule, components })
const x0 = new Float64Array(200).fill(0.6)
const { prior, transitions, decoder, total } = await variationalBound(denoiser, x0)
console.log(prior.length, transitions.length, decoder.length, total.length) // → 200 99 200 200`,
        },
        {
          tex: tex`L_T = D_{\mathrm{KL}}(q(x_T \mid x_0) \parallel p(x_T)), \qquad L_{t-1} = \mathrm E_q D_{\mathrm{KL}}(q(x_{t-1} \mid x_t, x_0) \parallel p_\theta(x_{t-1} \mid x_t)), \qquad L_0 = -\mathrm E_q \log p_\theta(x_0 \mid x_1)`,
          says: 'Bayes’ rule turns the forward factors round; the ratios of marginals cancel, all but the last.',
        },
      ],
      figure: termsFigure,
    },
    {
      title: 'L of the steps',
      equations: [
        {
          tex: tex`D_{\mathrm{KL}} = \tfrac12 \left( \log \frac{\Sigma}{\tilde\beta} - 1 + \frac{\tilde\beta + (\tilde\mu - \mu)^2}{\Sigma} \right) = \live{kl}, \qquad \tilde\beta = \live{beta}, \quad \Sigma = \live{sigma}, \quad (\tilde\mu - \mu)^2 = \live{gap}`,
          says: 'Both laws are Gaussian; their means differ by the weight of x₀ times the error of the guess.',
        },
        {
          tex: tex`L_{t-1} = \tfrac12 (\mathrm{SNR}_s - \mathrm{SNR}_t) \lVert x_0 - \hat x_0 \rVert^2 \qquad = \tfrac12 (\live{snrS} - \live{snrT}) \cdot \live{square} = \live{bySnr}`,
          says: 'With Σ = β̃ a step is a difference of signal-to-noise ratios, times the squared error.',
          code: `import { cosineSchedule, transition } from 'tweedie/noise'

const [schedule, s, t, error] = [cosineSchedule(), 0.4, 0.5, 0.4]
const { posterior } = transition(schedule, s, t)
const snr = (time: number) => Math.exp(schedule.logSnr(time))
const kl = (posterior.sample * error) ** 2 / posterior.variance / 2
console.log(Math.abs(kl - ((snr(s) - snr(t)) / 2) * error ** 2) < 1e-12) // → true`,
        },
        {
          tex: tex`L_{t-1} = \frac{\beta_t^2}{2 \tilde\beta_t \alpha_t (1 - \bar\alpha_t)} \lVert \varepsilon - \hat\varepsilon \rVert^2 = \live{byNoise}`,
          says: 'The same in terms of the noise and DDPM’s letters: the weight that the simple loss leaves out.',
        },
      ],
      figure: stepFigure,
    },
    {
      title: 'Many steps',
      equations: [
        {
          tex: tex`\sum_t \tfrac12 (\mathrm{SNR}_{t-1} - \mathrm{SNR}_t)\, \mathrm E \lVert x_0 - \hat x_0 \rVert^2 = \live{sum} \qquad \to\; \tfrac12 \int (-\mathrm{SNR}')\, \mathrm E \lVert x_0 - \hat x_0 \rVert^2\, \mathrm d t = \live{integral}`,
          says: 'With λ for t, the limit depends on the ends of the schedule and not on its shape.',
        },
      ],
      figure: limitFigure,
    },
    {
      title: 'L at the start',
      equations: [
        {
          tex: tex`L_T = \tfrac12 \left( \frac{\alpha_T^2 x_0^2 + \sigma_T^2}{S} - 1 - \log \frac{\sigma_T^2}{S} \right) = \live{nats}, \qquad S = \alpha_T^2 + \sigma_T^2 = \live{scale}`,
          says: 'The prior is what samplers start from, which also fits schedules that do not preserve variance.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { variationalBound } from 'tweedie/likelihood'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const { prior } = await variationalBound(gaussianDenoiser({ schedule, mean: [0] }), Float64Array.of(1.2), { times: [0.35, 0.7], terms: 1 })
console.log(prior[0]!.toFixed(4)) // → 0.1607`,
        },
      ],
      figure: startFigure,
    },
    {
      title: 'L at the end: bytes',
      equations: [
        {
          tex: tex`p_\theta(x_0 \mid x_1) = \Phi\left( \frac{x_0 + \delta - \mu}{\sigma} \right) \qquad - \Phi\left( \frac{x_0 - \delta - \mu}{\sigma} \right), \qquad \log p = \live{log}, \quad \delta = \live{delta}`,
          says: 'Bytes are not real numbers: each gets the mass of the bin around it, the outermost bins reaching to infinity.',
          code: `import { logProbability } from 'tweedie/likelihood'

const values = Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1)
const total = values.reduce((sum, value) => sum + Math.exp(logProbability(value, 0.2, 0.3)), 0)
console.log(total.toFixed(9)) // → 1.000000000`,
        },
        {
          tex: tex`\text{bits per dimension} = \frac{\text{nats}}{d \log 2} = \frac{\live{nats}}{\log 2} = \live{bits}`,
          says: 'A number that compares images of any size, and with compressors: 8 is storing bytes as they are.',
          code: `import { bitsPerDim } from 'tweedie/likelihood'

console.log(bitsPerDim(3072 * 8 * Math.LN2, 3072).toFixed(3)) // → 8.000`,
        },
      ],
      figure: bytesFigure,
    },
    {
      title: 'The gap that is left',
      equations: [
        {
          tex: tex`\text{bound} - (-\log p) = \live{small}\ (\tilde\beta), \qquad \live{large}\ (\beta), \qquad \live{best}\ \text{(Analytic-DPM)}`,
          says: 'For a perfect denoiser and few steps, the price of a Gaussian reverse step. Its variance decides how high it is.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { variationalBound } from 'tweedie/likelihood'
import { namedTable, tableSchedule } from 'tweedie/noise'
import { key, normal } from 'tweedie/random'

const schedule = tableSchedule(namedTable('linear'))
const denoiser = mixtureDenoiser({ schedule, components: [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }] })
const data = normal(key(1), new Float64Array(200)).map((z, i) => (i % 2 ? 1 + Math.sqrt(0.2) * z : -1 + Math.sqrt(0.1) * z))
const { total } = await variationalBound(denoiser, data, { seed: 1, terms: 100 })
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
console.log(Math.abs(mean(total) + mean(denoiser.logDensity(data, 0))) < 0.15) // → true`,
        },
      ],
      figure: gapFigure,
    },
  ],
}
