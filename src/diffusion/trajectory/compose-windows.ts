/**
 * A denoiser of windows becomes a denoiser of trajectories of any length. In a Markov chain the score of a state depends on its
 * neighbours alone, and in noisy data nearly so: far states say little about it. So the score, and with it the posterior mean, of a long trajectory is put together
 * from windows. With S_j, which cuts window j out, and its shares w_j,
 *
 *     D(x) = Σ_j S_jᵀ (w_j ⊙ D_W(S_j x)),    Jᵀ v = Σ_j S_jᵀ J_Wᵀ (w_j ⊙ S_j v).
 *
 * It is an approximation: the error falls with the size of the windows, and grows with the memory of the process and with the noise.
 *
 * - Score-based Data Assimilation (Rozet & Louppe, 2023), https://arxiv.org/abs/2306.10574
 * - Appa: Bending Weather Dynamics with Latent Diffusion Models (Andry et al., 2025), https://arxiv.org/abs/2504.18720
 */
import { throwIfAborted } from '../../interrupted.ts'
import { type Conditions, type DenoiseContext, type Denoiser, emptyLike, type FloatArray } from '../denoise/denoiser.ts'
import { conditionShape } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import { estimateName, estimateSpec } from '../denoise/self-conditioned.ts'
import { type DifferentiableDenoiser, isDifferentiable } from '../guidance/differentiable.ts'
import { type Cutter, cutter, type Portion } from './cut-windows.ts'
import { type WindowPlan, windowPlan, type WindowPlanOptions } from './window-plan.ts'

/** The trajectory, and how it is cut into windows. */
export interface ComposeWindowsOptions extends WindowPlanOptions {
  /** The axis of time in an item, from 0; by default 1 for items `[C, T, H, W]`, else 0, as in `[T, d]`. */
  readonly axis?: number | undefined
  /** The most windows to an evaluation; by default what the denoiser takes (`batch`), else 64. */
  readonly batch?: number | undefined
  /**
   * Conditions that depend on where a window lies, such as the hour of its first state: values for one window, by name. They stand
   * beside those of the call, which are the same for all windows of an item; but what was estimated of pictures over time is cut as they are.
   */
  readonly conditionsAt?: ((start: number) => Conditions) | undefined
}

/**
 * The denoiser of trajectories: items of its shape have L states where the windows have W. It knows its derivative if the denoiser
 * of windows does; that is no longer symmetric, which guidance takes into account. Windows of a batch go through
 * in bounded portions.
 *
 * @param denoiser of windows: `[W, d]`, `[C, W, H, W']`, or any other shape with `axis`
 * @throws TweedieError `usage` for a trajectory shorter than a window, a stride that leaves gaps, or an axis that is none
 * @example
 * const denoiser = composeWindows(windows, { length: 65 }) // windows of [5, 3], trajectories of [65, 3]
 * const x = await sampleFinal(denoiser, { sampler: ddim(), times: logSnrTimes(denoiser.schedule, 64) })
 */
export function composeWindows<D extends Denoiser>(denoiser: D, options: ComposeWindowsOptions): OfTrajectories<D> {
  return (
    isDifferentiable(denoiser) ? withDerivative(denoiser, options) : composed(denoiser, options)
  ) as OfTrajectories<D>
}

/** A denoiser that knows its derivative becomes one that does. */
export type OfTrajectories<D extends Denoiser> =
  D extends Pick<DifferentiableDenoiser, 'vjp'> ? DifferentiableDenoiser : Denoiser

/** The axis of time. */
const axisOf = ({ shape }: Denoiser, { axis = shape.length === 4 ? 1 : 0 }: ComposeWindowsOptions): number => axis

function cutterOf(denoiser: Denoiser, options: ComposeWindowsOptions): Cutter {
  const { shape } = denoiser
  const axis = axisOf(denoiser, options)
  const window = shape[axis]
  if (window === undefined) {
    throw new TweedieError('usage', `\`axis\` is ${axis}: windows have the shape [${shape.join(', ')}]`)
  }
  return cutter(shape, axis, windowPlan(window, options))
}

function composed(denoiser: Denoiser, options: ComposeWindowsOptions): Denoiser {
  const cut = cutterOf(denoiser, options)
  const each = portions(cut, denoiser, options)
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape.map((n, i) => (i === axisOf(denoiser, options) ? options.length : n)),
    async denoise(x: FloatArray, t: number, context: DenoiseContext = {}): Promise<FloatArray> {
      const out = emptyLike(x)
      await each(x.length, context, async (at, own) => {
        cut.put(out, at, await denoiser.denoise(cut.take(x, at), t, own), true)
      })
      return out
    },
  })
}

function withDerivative(denoiser: DifferentiableDenoiser, options: ComposeWindowsOptions): DifferentiableDenoiser {
  const cut = cutterOf(denoiser, options)
  const each = portions(cut, denoiser, options)
  return Object.freeze({
    ...composed(denoiser, options),
    symmetric: false,
    async vjp(x: FloatArray, t: number, v: FloatArray, context: DenoiseContext = {}): Promise<FloatArray> {
      const out = emptyLike(x)
      await each(x.length, context, async (at, own) => {
        cut.put(out, at, await denoiser.vjp(cut.take(x, at), t, cut.take(v, at, true), own), false)
      })
      return out
    },
  })
}

/** Walks through all windows of a batch, some at a time, each portion with its conditions. */
function portions(
  { plan, size }: Cutter,
  denoiser: Denoiser & { readonly batch?: unknown },
  options: ComposeWindowsOptions,
) {
  const { batch = typeof denoiser.batch === 'number' ? denoiser.batch : 64, conditionsAt } = options
  if (!(Number.isInteger(batch) && batch > 0)) {
    throw new TweedieError('usage', `\`batch\` is ${batch}: a positive whole number of windows`)
  }
  const { starts } = plan
  const estimates = estimateCutter(denoiser, axisOf(denoiser, options), plan)
  return async (
    numbers: number,
    context: DenoiseContext,
    visit: (at: Portion, context: DenoiseContext) => Promise<void>,
  ): Promise<void> => {
    const items = numbers / size
    if (!Number.isInteger(items)) {
      throw new TweedieError('shape', `${numbers} numbers are no whole batch of trajectories of ${size}`)
    }
    const total = items * starts.length
    for (let first = 0; first < total; first += batch) {
      throwIfAborted(context.signal)
      const at = { first, count: Math.min(batch, total - first) }
      const conditions = { ...ofItems(context.conditions, items, at), ...ofStarts(at) }
      await visit(at, Object.keys(conditions).length > 0 ? { ...context, conditions } : context)
    }
  }

  /** The conditions of each window's item. */
  function ofItems(conditions: Conditions | undefined, items: number, at: Portion): Conditions {
    const repeated = Object.entries(conditions ?? {}).map(([name, array]) => {
      if (name === estimateName && estimates && array instanceof Float32Array)
        return [name, estimates(array, at)] as const
      const each = array.length / items
      const values = Array.from({ length: at.count }, (_, k) => {
        const item = Math.floor((at.first + k) / starts.length)
        return array.subarray(item * each, (item + 1) * each)
      })
      return [name, joined(values)] as const
    })
    return Object.fromEntries(repeated)
  }

  /** The conditions of each window's place. */
  function ofStarts(at: Portion): Conditions {
    if (!conditionsAt) return {}
    const own = Array.from({ length: at.count }, (_, k) => conditionsAt(starts[(at.first + k) % starts.length]!))
    return Object.fromEntries(Object.keys(own[0]!).map((name) => [name, joined(own.map((each) => each[name]!))]))
  }
}

/** Cuts what was estimated of trajectories, with the ones behind it, as they are cut; undefined where windows are no pictures over time. */
function estimateCutter({ shape }: Denoiser, axis: number, plan: WindowPlan) {
  if (shape.length !== 4) return undefined
  const { take } = cutter(conditionShape(estimateSpec(shape)), axis, plan)
  return (told: Float32Array, at: Portion) => Float32Array.from(take(told, at))
}

function joined(parts: readonly (Float32Array | Int32Array)[]): Float32Array | Int32Array {
  const each = parts[0]!.length
  const out =
    parts[0] instanceof Int32Array ? new Int32Array(parts.length * each) : new Float32Array(parts.length * each)
  parts.forEach((part, k) => out.set(part, k * each))
  return out
}
