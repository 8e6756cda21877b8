/** The bound of two levels, term by term, for both ways that an encoder can go. */
import { figure } from '../../figure.ts'
import { shown } from '../../shared/series.ts'
import { evidence, levelTerms } from './linear.ts'

export const chain = figure({
  id: 'chain',
  title: 'A bound with a term for each level',
  hint: 'With shift and widening 0 the encoder is exact, whichever way it goes, and the bound is −log p(x). Then spoil it. The way changes what each level is charged, and never the truth.',
  controls: {
    order: {
      kind: 'choice',
      label: 'encoder',
      options: [
        { value: 'top-down', label: 'ladder: from the top down' },
        { value: 'bottom-up', label: 'plain: from the bottom up' },
      ],
      initial: 'top-down',
    },
    shift: { kind: 'slider', label: 'mean of z₁ beside', min: -1, max: 1, step: 0.05, initial: 0.3 },
    widen: { kind: 'slider', label: 'log-variances too large by', min: -1.5, max: 1.5, step: 0.1, initial: 0 },
    x: { kind: 'slider', label: 'x', min: -3, max: 3, step: 0.1, initial: 1.5 },
    b: { kind: 'slider', label: 'b: how far z₂ decides z₁', min: 0, max: 2, step: 0.1, initial: 1 },
    r: { kind: 'slider', label: 'r: what z₁ has of its own', min: 0.1, max: 1.5, step: 0.1, initial: 0.5 },
  },
  show({ order, shift, widen, x, b, r }) {
    const levels = { a: 1, b, r, s: 0.6 }
    const truth = -evidence(levels, x)
    const { total, reconstruction, kl1, kl2 } = levelTerms(levels, order, { shift, widen }, x)
    const values = [reconstruction, kl1, kl2, total]
    return {
      views: [
        {
          kind: 'plot',
          title: 'nats',
          x: { label: 'reconstruction · z₁ · z₂ · bound', min: 0.4, max: 4.6, bare: true },
          y: { label: 'nats', min: Math.min(0, ...values) * 1.1, max: Math.max(truth, ...values) * 1.15 },
          marks: [
            { kind: 'bars', x: [1], y: [reconstruction], width: 0.7, ink: 'data', label: 'reconstruction' },
            { kind: 'bars', x: [2, 3], y: [kl1, kl2], width: 0.7, ink: 'noise', label: 'divergence of each level' },
            { kind: 'bars', x: [4], y: [total], width: 0.7, ink: 'model', label: 'bound' },
            { kind: 'rule', y: truth, ink: 'exact', label: '−log p(x)' },
          ],
        },
      ],
      numbers: { reconstruction, kl1, kl2, bound: total, evidence: truth, gap: total - truth },
      caption: `Reconstruction ${shown(reconstruction)}, z₁ ${shown(kl1)}, z₂ ${shown(kl2)}: a bound of ${shown(total)} nats, ${shown(total - truth, 3)} above −log p(x).`,
    }
  },
})
