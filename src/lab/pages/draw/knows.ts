/** What can be chosen for a model, from what the worker says about it. */
import type { ModelFacts } from '../../../app/web/worker/protocol.ts'
import { samplers } from '../../../diffusion/sample/registry.ts'
import { arePoints } from '../../model/shown.tsx'
import type { Known } from './settings.ts'

/** Samplers that most people want to see first. */
const usual = ['dpm++-2m', 'ddim', 'euler', 'heun', 'unipc-2', 'ddpm', 'euler-a', 'dpm++-2m-sde']

/** Samplers of a model, the usual ones first; one without a name where it has samplers of its own. */
export function knownOf(facts: ModelFacts): Known {
  const { options, classNames, meta } = facts
  const knowsWords = (meta.data['captions'] ?? null) !== null
  // Only samplers of Gaussian noise take η; whole tables have one of their own, which does, too.
  const gaussian = ['sampler', 'eta'].every((each) => options.sample.some(({ name }) => name === each))
  const all = samplers.map(({ sampler }) => sampler.name).filter((name) => name !== 'ddpm-learned')
  const named = [...usual, ...all.filter((name) => !usual.includes(name))]
  return {
    samplers: gaussian ? named : [''],
    classNames,
    // a cloud says more than a few points
    ...(arePoints(facts) ? { most: 2000, count: 500 } : { most: 16, count: 4 }),
    guidable:
      options.sample.some(({ name }) => name === 'guidance') &&
      (knowsWords || (meta.data.unconditionalLabel ?? null) !== null),
    words: knowsWords,
    stepped: options.sample.some(({ name }) => name === 'steps'),
  }
}

/** Whether a walk between seeds means something to the model. */
export const canWalk = ({ options }: ModelFacts): boolean => options.sample.some(({ name }) => name === 'towards')
