/**
 * The loss of learning to sample in few steps. The student's step from t to e, with the mean f(x_t, t), is to end where the teacher's
 * steps end, and the student's own step from there if that is not e yet:
 *
 *     x̂* = Σ_j p_j x̂_j + q f⁻(z, u),    z = x_u after the teacher's steps,    Σ p_j + q = 1,
 *     loss = mean over items of w |m̂(x_t, t) − m*|² / dim,
 *
 * where m is what the network predicts and f⁻ is the student without its gradient. At u = e the student's share q is 0: that is its
 * boundary condition, and it holds by construction. The three methods are three choices of the x̂_j:
 *
 * - consistency distillation: one mean, by the teacher;
 * - consistency training: one mean, x₀ itself, so that z = α_u x₀ + σ_u ε;
 * - progressive distillation: two means or more, by the teacher, and q = 0.
 *
 * Consistency Models (Song et al., 2023), https://arxiv.org/abs/2303.01469; Improved Techniques for Training Consistency Models (Song
 * & Dhariwal, 2023), https://arxiv.org/abs/2310.14189; Multistep Consistency Models (Heek et al., 2024),
 * https://arxiv.org/abs/2403.06807; Progressive Distillation (Salimans & Ho, 2022), https://arxiv.org/abs/2202.00512
 */
import { add, input, max, mean, min, mul, reshape, sqrt, square, stopGradient, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { itemMean, type LossGraph } from '../denoise/objective.ts'

/**
 * A network as an expression: from what it sees, `[N, ...shape]`, and its times `[N]` to its prediction m, `[N, ...shape]`.
 *
 * @param estimate what it estimated before, `[N, ...shape]`, for one that is told
 */
export type Predictor = (x: Tensor, t: Tensor, estimate?: Tensor) => Tensor

/** What a jump is learned from. */
export interface JumpLossOptions {
  readonly student: Predictor
  /** Without one, the data take its place: consistency training. */
  readonly teacher?: Predictor | undefined
  /**
   * Whether the teacher is told what it estimated a step before: at its first step, what it makes of the same state untold, as in its training. That is one
   * evaluation of it more.
   */
  readonly recalls?: boolean | undefined
  /** How many steps of the teacher a jump follows. */
  readonly teacherSteps: number
  /** Whether the student goes on where the teacher's steps end. */
  readonly goesOn: boolean
  /** The range of the teacher's mean, where its sampler clips it. */
  readonly clip?: readonly [number, number] | undefined
  /** √(|·|² + c²) − c in the place of |·|²: less attention to single items that are far off. Left out: the square. */
  readonly huber?: number | undefined
}

/** The inputs are `x0` and `epsilon` `[N, ...shape]`, and those of `jumpInputs`, `[N]` each; a network's own come with it. */
export function jumpLoss(shape: readonly number[], batch: number, options: JumpLossOptions): LossGraph {
  const { student, teacher, recalls = false, teacherSteps, goesOn, clip, huber } = options
  const at = (name: string): Tensor => reshape(input(name, [batch]), [batch, ...shape.map(() => 1)])
  const mix = (a: string, x: Tensor, b: string, y: Tensor): Tensor => add(mul(at(a), x), mul(at(b), y))
  const [x0, epsilon] = [input('x0', [batch, ...shape]), input('epsilon', [batch, ...shape])]
  const noisy = mix('alpha', x0, 'sigma', epsilon)
  const clipped = (x: Tensor): Tensor => (clip ? min(max(x, clip[0]), clip[1]) : x)
  /** x̂ at a state, by the numbers behind this prefix. */
  const meanOf = (predict: Predictor, state: Tensor, of: string, estimate?: Tensor): Tensor => {
    const output = predict(mul(at(`${of}.scale`), state), input(`${of}.t`, [batch]), estimate)
    return mix(`${of}.fromState`, state, `${of}.fromOutput`, output)
  }

  let state = noisy
  const shares: Tensor[] = []
  let told: Tensor | undefined
  for (let j = 0; j < teacherSteps; j++) {
    const of = `teacher${j}`
    if (teacher && recalls) told ??= meanOf(teacher, state, of)
    const found = teacher ? meanOf(teacher, state, of, told) : x0
    if (recalls) told = found
    const denoised = teacher ? clipped(found) : x0
    shares.push(mul(at(`${of}.share`), denoised))
    state = mix(`${of}.state`, state, `${of}.mean`, denoised)
  }
  if (goesOn) {
    // where the teacher's steps reach the end the share is 0, and the state is that of the start, which the network knows
    shares.push(mul(at('onward.share'), clipped(meanOf(student, state, 'onward'))))
  }
  const target = shares.reduce((sum, share) => add(sum, share))
  const wanted = stopGradient(mix('viewState', noisy, 'viewMean', target))
  const error = itemMean(square(sub(student(mul(at('scale'), noisy), input('t', [batch])), wanted)))
  const distance = huber === undefined ? error : sub(sqrt(add(error, huber ** 2)), huber)
  const itemLoss = mul(input('weight', [batch]), distance)
  return { loss: mean(itemLoss), itemLoss }
}
