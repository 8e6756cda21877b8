/** The evidence bound of a linear autoencoder as its encoder moves, and the gap to log p(x). */
import { figure } from '../../figure.ts'
import { evenly, normalCurve, shown } from '../../shared/series.ts'
import { boundTerms, evidence, posteriorOf } from './linear.ts'

const grid = evenly(-3.5, 3.5, 201)

export const bound = figure({
  id: 'bound',
  title: 'The bound as the encoder moves',
  hint: 'Move q onto the posterior: the gap closes, and the bound is −log p(x). A narrow q pays in divergence, a wide one in reconstruction.',
  controls: {
    mu: { kind: 'slider', label: 'μ, the encoder’s mean', min: -2, max: 3, step: 0.05, initial: 0.3 },
    deviation: { kind: 'slider', label: 'σ, its deviation', min: 0.1, max: 2, step: 0.05, initial: 0.8 },
    x: { kind: 'slider', label: 'x', min: -3, max: 3, step: 0.1, initial: 1.5 },
    w: { kind: 'slider', label: 'w, of the decoder', min: 0, max: 2.5, step: 0.1, initial: 1.2 },
    sigma: { kind: 'slider', label: 'width of the decoder', min: 0.2, max: 2, step: 0.05, initial: 0.7 },
  },
  show({ mu, deviation, x, w, sigma }) {
    const model = { w, sigma, x }
    const [posterior, truth] = [posteriorOf(model), -evidence(model)]
    const { total, reconstruction, kl } = boundTerms(model, mu, deviation)
    const q = normalCurve(grid, mu, deviation ** 2)
    const p = normalCurve(grid, posterior.mean, posterior.variance)
    return {
      views: [
        {
          kind: 'plot',
          title: 'codes',
          x: { label: 'z', min: -3.5, max: 3.5 },
          y: { label: 'density', min: 0, max: Math.max(...q, ...p) * 1.1 },
          marks: [
            { kind: 'line', x: grid, y: normalCurve(grid), ink: 'muted', dashed: true, label: 'p(z)' },
            { kind: 'area', x: grid, y: p, ink: 'exact', label: 'p(z | x)' },
            { kind: 'line', x: grid, y: q, ink: 'model', label: 'q(z | x)' },
          ],
        },
        {
          kind: 'plot',
          title: 'nats',
          x: { label: 'reconstruction · divergence · their sum', min: 0.4, max: 3.6, bare: true },
          y: { label: 'nats', min: Math.min(0, reconstruction), max: Math.max(total, truth, 1) * 1.15 },
          marks: [
            { kind: 'bars', x: [1], y: [reconstruction], width: 0.7, ink: 'data', label: 'reconstruction' },
            { kind: 'bars', x: [2], y: [kl], width: 0.7, ink: 'noise', label: 'divergence' },
            { kind: 'bars', x: [3], y: [total], width: 0.7, ink: 'model', label: 'bound' },
            { kind: 'rule', y: truth, ink: 'exact', label: '−log p(x)' },
          ],
        },
      ],
      numbers: { reconstruction, kl, bound: total, evidence: truth, gap: total - truth },
      caption: `Reconstruction ${shown(reconstruction)} and divergence ${shown(kl)} make a bound of ${shown(total)} nats, ${shown(total - truth)} above −log p(x) = ${shown(truth)}: so far is q from the posterior.`,
    }
  },
})
