/** The methods of posterior sampling by name: what each needs, when it is exact, and how to build it. */
import type { Denoiser } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { isLinear, type LinearOperator } from '../measure/operator.ts'
import type { Observation } from '../measure/observation.ts'
import { ddim } from '../sample/ddim.ts'
import type { Sampler } from '../sample/sampler.ts'
import { ddrm } from './ddrm.ts'
import { requireDifferentiable } from './differentiable.ts'
import { diffPirSampler } from './diffpir.ts'
import { dps } from './dps.ts'
import { mmps, piGdm, proximal, sda } from './likelihood.ts'
import { repaint } from './repaint.ts'

/** The names of {@link posteriorMethods}. */
export type PosteriorMethodName = 'mmps' | 'pigdm' | 'sda' | 'dps' | 'ddrm' | 'repaint' | 'diffpir'

/** The settings of all methods; each reads its own. */
export interface PosteriorSettings {
  /** mmps: iterations of conjugate gradients. */
  readonly iterations?: number | undefined
  /** pigdm: the variance of the data. */
  readonly dataVariance?: number | undefined
  /** sda: the doubt about the data, in units of (σ/α)². */
  readonly gamma?: number | undefined
  /** dps: the length of the step. diffpir: the share of new noise. */
  readonly zeta?: number | undefined
  /** diffpir: how much the denoiser counts against the measurement. */
  readonly lambda?: number | undefined
  /** repaint: how often each stretch is walked, and how long it is. */
  readonly resample?: number | undefined
  readonly jump?: number | undefined
}

/** A method. */
export interface PosteriorMethod {
  /** The kind of operator A that it takes. */
  readonly takes: 'any' | 'linear' | 'decomposed' | 'mask'
  /** Whether the denoiser must know its derivative. */
  readonly derivative: boolean
  /** Whether σ_y must be above 0. */
  readonly noise: boolean
  /** Evaluations of the network that a step is worth, roughly; a derivative counts as two. */
  readonly cost: string
  /** For which data its samples follow the posterior. */
  readonly exact: string
  /** The denoiser to sample, and the sampler to do it with. */
  prepare(
    denoiser: Denoiser,
    observation: Observation,
    settings?: PosteriorSettings,
  ): { readonly denoiser: Denoiser; readonly sampler: Sampler }
}

/** All methods. */
export const posteriorMethods: Readonly<Record<PosteriorMethodName, PosteriorMethod>> = Object.freeze({
  mmps: {
    takes: 'any',
    derivative: true,
    noise: true,
    cost: '3 + 2 for each iteration',
    exact: 'exact for Gaussian data and linear A, solved to the end; any sampler',
    prepare: (denoiser, observation, { iterations } = {}) => ({
      denoiser: mmps(
        requireDifferentiable('mmps', denoiser),
        observation,
        iterations === undefined ? {} : { iterations },
      ),
      sampler: ddim({ eta: 1 }),
    }),
  },
  pigdm: {
    takes: 'any',
    derivative: true,
    noise: false,
    cost: '3',
    exact: 'exact for white Gaussian data of the set variance, and linear A; biased otherwise',
    prepare: (denoiser, observation, { dataVariance } = {}) => ({
      denoiser: piGdm(
        requireDifferentiable('pigdm', denoiser),
        observation,
        dataVariance === undefined ? {} : { dataVariance },
      ),
      sampler: ddim({ eta: 1 }),
    }),
  },
  sda: {
    takes: 'any',
    derivative: true,
    noise: false,
    cost: '3',
    exact: 'biased: takes a multiple of the identity for the covariance of what is measured, and the multiple is tuned',
    prepare: (denoiser, observation, { gamma } = {}) => ({
      denoiser: sda(requireDifferentiable('sda', denoiser), observation, gamma === undefined ? {} : { gamma }),
      sampler: ddim({ eta: 1 }),
    }),
  },
  dps: {
    takes: 'any',
    derivative: true,
    noise: false,
    cost: '3',
    exact: 'biased: takes the mean for the data, and a step of a length that is tuned',
    prepare: (denoiser, observation, { zeta } = {}) => ({
      denoiser: requireDifferentiable('dps', denoiser),
      sampler: dps(observation, zeta === undefined ? {} : { zeta }),
    }),
  },
  ddrm: {
    takes: 'decomposed',
    derivative: false,
    noise: false,
    cost: '1',
    exact:
      'biased: right in the mean for white data seen without noise; the spread is too small, and correlations come late',
    prepare: (denoiser, observation) => ({ denoiser, sampler: ddrm(linear('ddrm', observation)) }),
  },
  repaint: {
    takes: 'mask',
    derivative: false,
    noise: false,
    cost: '1, as often as it goes back',
    exact: 'biased: approaches the posterior of a mask without noise with many repetitions',
    prepare: (denoiser, observation, { resample, jump } = {}) => ({
      denoiser,
      sampler: repaint(linear('repaint', observation), {
        ...(resample !== undefined && { resample }),
        ...(jump !== undefined && { jump }),
      }),
    }),
  },
  diffpir: {
    takes: 'any',
    derivative: false,
    noise: true,
    cost: '1',
    exact: 'biased: a most likely point at every level of noise, its spread set by lambda and zeta',
    prepare: (denoiser, observation, { lambda, zeta } = {}) => ({
      denoiser: proximal(denoiser, observation, lambda === undefined ? {} : { lambda }),
      sampler: diffPirSampler(zeta === undefined ? {} : { zeta }),
    }),
  },
} satisfies Record<PosteriorMethodName, PosteriorMethod>)

function linear(method: string, observation: Observation): Observation<LinearOperator> {
  if (isLinear(observation.operator)) return observation as Observation<LinearOperator>
  throw new TweedieError('usage', `${method} is for linear measurements, and ${observation.operator.name} is none`, {
    hint: 'mmps and dps take any measurement',
  })
}
