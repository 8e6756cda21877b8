/** The problem of learning to sample in few steps: a student that learns, and a teacher that does not. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import { toldEstimate } from '../../diffusion/denoise/estimate-graph.ts'
import { estimateName } from '../../diffusion/denoise/self-conditioned.ts'
import { jumpCoefficients, jumpInputs } from '../../diffusion/distil/coefficients.ts'
import { jumpAt, teacherSteps } from '../../diffusion/distil/few-steps.ts'
import { jumpLoss, type Predictor } from '../../diffusion/distil/jump-loss.ts'
import { clipOf } from '../../compiled/sampling.ts'
import { add, broadcastTo, constant, mul, type Tensor } from '../../engine/graph/index.ts'
import { conditionArrays, conditionInputs, conditionShape } from '../../engine/nn/condition-spec.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { levelOf } from '../../tools/train/draws.ts'
import { partScope, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { TweedieError } from '../../errors.ts'
import type { LearnedConditions } from '../learned-conditions.ts'
import type { OwnComponents } from '../own-parts.ts'
import { batchesBy, noiseLevels, objectiveOfSpec } from './batches.ts'
import type { FewStepsSpec } from './few-steps-spec.ts'
import { leftOut } from './guided.ts'
import { recalls } from './self-conditioned/recalls.ts'
import { type TaughtData, requireUnchanged, type Teacher } from './teacher.ts'
import type { TrainSpec } from './spec.ts'

/** The name of the teacher's part. */
const teacherPart = 'teacher'

/** What differs from other problems of values: parts, loss, and the numbers of each item. */
type FewStepsProblem = Pick<TrainProblem, 'parts' | 'loss' | 'emptyBatch' | 'fill'>

/** The part that learns. */
interface Student {
  readonly network: Network
  readonly layout: Layout
  readonly frame: Frame
  readonly name: string
  /** What it is told that the data do not have. */
  readonly learned?: LearnedConditions | undefined
}

/**
 * The parts, the loss and the batches.
 *
 * @param student the part that learns, by its name
 * @throws TweedieError `usage` or `model` without the teacher that the specification names
 */
export function fewStepsProblem(
  spec: TrainSpec,
  few: FewStepsSpec,
  { network, layout, frame, name, learned }: Student,
  dataset: ArrayDataset,
  own: OwnComponents,
): FewStepsProblem {
  const teacher = few.teacher && teacherOf(few.teacher, dataset)
  const parts: TrainParts = {
    [name]: { network, layout, ...(teacher && { weights: teacher.model.weights }) },
    ...(teacher && { [teacherPart]: frozen(teacher) }),
  }
  const objective = objectiveOfSpec(spec, own)
  const [follows, goesOn] = [teacherSteps(few), few.method === 'consistency']
  const names = jumpInputs(follows, goesOn)
  const clip = clipRange(teacher)
  const huber = few.huber === undefined ? {} : { huber: few.huber }
  const levels = noiseLevels(spec)
  const fill = batchesBy(
    spec,
    network,
    dataset,
    frame,
    (share, step) => {
      const jump = jumpAt(few, objective.schedule, share, step)
      return { level: levelOf(jump.times[0]! - 1e-9, levels), values: jumpCoefficients(objective, jump, goesOn) }
    },
    learned,
  )
  return {
    parts,
    loss(scope, items) {
      const conditions = conditionInputs(network.conditions, items)
      const inner = partScope(parts, name, scope)
      return jumpLoss(network.inputShape, items, {
        student: (x, t) => network.build(inner, { x, t, conditions }),
        ...(teacher && {
          teacher: taughtBy(teacher, few, scope.child(teacherPart), items, conditions),
          recalls: recalls(teacher.model),
        }),
        teacherSteps: follows,
        goesOn,
        ...(clip && { clip }),
        ...huber,
      })
    },
    emptyBatch: () => ({
      feeds: {
        x0: new Float32Array(spec.batch * itemSize(frame.network)),
        epsilon: new Float32Array(spec.batch * itemSize(frame.network)),
        ...Object.fromEntries(names.map((each) => [each, new Float32Array(spec.batch)])),
        ...conditionArrays(network.conditions, spec.batch),
      },
      levels: new Int32Array(spec.batch),
    }),
    fill: (batch, step) => fill(batch, step, names),
  }
}

function frozen({ model }: Teacher) {
  return { network: model.network, layout: model.layout, weights: model.weights, learns: false }
}

/** The teacher as an expression, under its guidance: (w + 1) m_c − w m, as samples are guided. */
function taughtBy(
  { model }: Teacher,
  { guidance: w = 0 }: FewStepsSpec,
  scope: Scope,
  items: number,
  conditions: Readonly<Record<string, Tensor>>,
): Predictor {
  const { network } = model
  const predict = (x: Tensor, t: Tensor, given: typeof conditions, estimate?: Tensor): Tensor => {
    // its student may be told more
    const own = Object.entries(given).filter(([name]) => Object.hasOwn(network.conditions, name))
    const told = estimate && { [estimateName]: toldEstimate(network, estimate) }
    return network.build(scope, { x, t, conditions: { ...Object.fromEntries(own), ...told } })
  }
  if (w === 0) return (x, t, estimate) => predict(x, t, conditions, estimate)
  const none = Object.entries(leftOut(model)).map(([name, value]) => {
    const shape = conditionShape(network.conditions[name]!)
    const one = constant(value as Float32Array | Int32Array, [1, ...shape])
    return [name, broadcastTo(one, [items, ...shape])] as const
  })
  const without = { ...conditions, ...Object.fromEntries(none) }
  return (x, t, estimate) =>
    add(mul(predict(x, t, conditions, estimate), w + 1), mul(predict(x, t, without, estimate), -w))
}

/** The range that the teacher's sampler keeps means in. */
function clipRange(teacher: Teacher | undefined): readonly [number, number] | undefined {
  const clip = teacher && clipOf(teacher.model)
  return clip?.kind === 'range' ? clip.range : undefined
}

function teacherOf(known: NonNullable<FewStepsSpec['teacher']>, { teacher }: TaughtData): Teacher {
  if (teacher === undefined) {
    throw new TweedieError('usage', 'the data come without the teacher of the run', {
      hint: 'prepareData(spec, data, …) opens it; withTeacher(data, model) adds one in memory',
    })
  }
  requireUnchanged(known, teacher)
  return teacher
}
