/** Two means against collapse: free bits and a warm-up. */
import { freeBits, warmupWeight } from '../../../../diffusion/latent/index.ts'
import { constant } from '../../../../engine/graph/index.ts'
import { figure } from '../../figure.ts'
import { numberOf } from '../../shared/evaluated.ts'
import { evenly, shown, sumOf, whole } from '../../shared/series.ts'

/** Average divergences of six codes, in nats. */
const kls = [1.9, 1.1, 0.6, 0.25, 0.08, 0.01]

/** What each code is charged. */
export const charged = (nats: number): number[] =>
  kls.map((kl) => numberOf(freeBits(constant(Float64Array.of(kl), [1, 1]), nats)))

export const warmup = figure({
  id: 'warmup',
  title: 'Free bits and a warm-up',
  hint: 'Raise λ: small divergences are charged as if they were λ, so there is nothing to gain by driving them to zero.',
  controls: {
    nats: { kind: 'slider', label: 'λ, nats', min: 0, max: 1.5, step: 0.05, initial: 0.4 },
    warm: { kind: 'slider', label: 'warm-up, steps', min: 0, max: 2000, step: 50, initial: 1000 },
    step: { kind: 'slider', label: 'step', min: 0, max: 2000, step: 20, initial: 400 },
  },
  show({ nats, warm, step }) {
    const charge = charged(nats)
    const steps = evenly(0, 2000, 81)
    const weight = warmupWeight(step, warm)
    return {
      views: [
        {
          kind: 'plot',
          title: 'what each code is charged',
          x: { label: 'code', min: -0.6, max: 5.6 },
          y: { label: 'nats', min: 0, max: 2.1 },
          marks: [
            { kind: 'bars', x: whole(6), y: charge, width: 0.8, ink: 'muted', label: 'max(λ, KL)' },
            { kind: 'bars', x: whole(6), y: kls, width: 0.5, ink: 'model', label: 'KL' },
            { kind: 'rule', y: nats, ink: 'noise', dashed: true, label: 'λ' },
          ],
        },
        {
          kind: 'plot',
          title: 'weight of the divergence',
          x: { label: 'step', min: 0, max: 2000 },
          y: { label: 'weight', min: 0, max: 1.05 },
          marks: [
            { kind: 'line', x: steps, y: steps.map((each) => warmupWeight(each, warm)), ink: 'model' },
            { kind: 'points', x: [step], y: [weight], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { nats, charge: sumOf(charge), kl: sumOf(kls), weight },
      caption: `The codes cost ${shown(sumOf(kls))} nats and are charged ${shown(sumOf(charge))}; at step ${step} that counts ${shown(weight)} times. Neither is part of the bound that is reported.`,
    }
  },
})
