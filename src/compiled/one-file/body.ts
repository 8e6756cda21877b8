/** What one turn of the loop does: an evaluation of the network, and the weighted sums up to the next one. */
import { parametrisation } from '../../diffusion/denoise/parametrisation.ts'
import { estimateName, flagAxis } from '../../diffusion/denoise/self-conditioned.ts'
import { TweedieError } from '../../errors.ts'
import type { EvaluationRow, EvaluationTable, EvaluationWeights } from '../../diffusion/sample/evaluation-table.ts'
import type { Clip } from '../../diffusion/sample/scheduler/parts.ts'
import { Context } from '../../engine/onnx/lower/context.ts'
import { type GraphProto, tensorProto, type ValueInfo } from '../../engine/onnx/proto/model.ts'
import { renamedGraph } from '../../engine/onnx/rename.ts'
import { conditionShape } from '../../engine/nn/condition-spec.ts'
import type { DenoisingModel } from '../denoiser.ts'
import { guidedMean } from './guide.ts'
import { columnName, RowNumbers } from './numbers.ts'
import { projectedMean } from './project.ts'

/** How the means of both halves of a doubled batch become one. */
export interface FileGuidance {
  /** φ. */
  readonly rescale: number
  /** Between which times; all others are not guided. */
  readonly interval: readonly [number, number]
}

/** What the body is made of. */
export interface BodyParts {
  readonly model: DenoisingModel
  readonly table: EvaluationTable
  readonly clip: Clip | null
  readonly guidance?: FileGuidance | undefined
  /** The network: `x`, `t` and conditions to `output`, for the batch, or twice the batch under guidance. */
  readonly network: GraphProto
  /** Whether the network is told its last estimate. */
  readonly recalls: boolean
  /** The batch of the file, or its name. */
  readonly batch: number | string
}

/** Names of the graph around that the body sees. */
export const around = {
  /** A one for every item of the network's batch, `[batch]`. */
  ones: 'ones',
  guidance: 'guidance',
  noise: 'noise_steps',
  /** Ones that say that there is an estimate, `[batch, 1, …]`, where the network takes one. */
  told: 'told',
  /** A condition as the network gets it. */
  condition: (name: string): string => `seen/${name}`,
} as const

/** An array that the loop carries from turn to turn. */
export interface Carried {
  readonly name: string
  /** Of an item. */
  readonly shape: readonly number[]
}

/** The loop's body, and the arrays that it carries. */
export interface Body {
  readonly graph: GraphProto
  /** The point, the state if that is another, means and older predictions, and what the network is told that it estimated. */
  readonly carried: readonly Carried[]
}

/** Makes it. @throws TweedieError `usage` where a prediction says nothing about the data */
export function bodyOf(parts: BodyParts): Body {
  const { model, table, clip, guidance, network, batch, recalls } = parts
  const { view } = model
  const shape = model.network.inputShape
  const { rows } = table
  const numbers = new RowNumbers(rows.length)
  const context = new Context({ provider: 'webgpu' }, 'loop/')
  const estimateShape = recalls && conditionShape(model.network.conditions[estimateName]!)
  const states = ['point', ...(table.onePoint ? [] : ['state']), ...meanNames(table), ...olderNames(table)]
  const carried: Carried[] = [
    ...states.map((name) => ({ name, shape })),
    ...(estimateShape ? [{ name: estimateName, shape: estimateShape }] : []),
  ]
  const named = (name: string): string => `loop/${name}`
  const each = (of: (row: EvaluationRow) => number): number[] => rows.map(of)
  const scaled = (weights: number[], value: string): string =>
    numbers.sum(context, [[weights, value]]) ?? context.emit('Mul', [value, context.fill('float32', 0, [1])])

  // the shape of what a loop carries is not known to runtimes: said once, it is known to all that follows
  const size = typeof batch === 'number' ? batch : -1
  const point = context.emit('Reshape', [named('point'), context.int64([size, ...shape])])
  const seen = scaled(
    each(({ t }) => view.scale(t)),
    point,
  )
  const forBoth = (value: string): string => (guidance ? context.emit('Concat', [value, value], { axis: 0 }) : value)
  const x = forBoth(seen)
  const time = context.emit('Mul', [
    around.ones,
    numbers.name(
      context,
      each(({ t }) => view.time(t)),
    ),
  ])
  const inputs = new Map([
    ['x', x],
    ['t', time],
    ...(estimateShape
      ? [
          [
            estimateName,
            forBoth(context.emit('Reshape', [named(estimateName), context.int64([size, ...estimateShape])])),
          ] as const,
        ]
      : []),
  ])
  const net = renamedGraph(network, (name) => inputs.get(name) ?? conditionOr(model, name))
  const before = context.nodes.length
  const output = predictionOf(context, model, 'net/output')
  const [first, second] = guidance ? context.emitMany('Split', [output], 2, { axis: 0, num_outputs: 2 }) : [output]

  const meanOf = (prediction: string): string => {
    const weights = rows.map(({ t }) => inverseOf(model, t))
    const terms = [
      [weights.map(({ prediction: p }) => p), prediction],
      [weights.map(({ x: q }) => q), point],
    ] as const
    return numbers.sum(context, terms)!
  }
  const unprojected = guidance
    ? guidedMean(context, {
        conditional: meanOf(first!),
        unconditional: meanOf(second!),
        w: scaled(
          each(({ t }) => Number(t >= guidance.interval[0] && t <= guidance.interval[1])),
          around.guidance,
        ),
        rescale: guidance.rescale,
        shape,
      })
    : meanOf(first!)
  const mean = projectedMean(context, unprojected, clip, shape)
  const state = table.onePoint ? point : named('state')
  const means = [mean, ...meanNames(table).map(named)]
  const older = olderNames(table).map(named)
  const noises = noisesOf(context, table)
  const next = (of: (row: EvaluationRow) => EvaluationWeights): string =>
    numbers.sum(context, [
      [each((row) => of(row).state), state],
      [each((row) => of(row).unprojected), unprojected],
      ...means.map((name, k) => [each((row) => of(row).means[k] ?? 0), name] as const),
      ...older.map((name, k) => [each((row) => of(row).older[k] ?? 0), name] as const),
      ...noises.map(({ name, draws }) => [rows.map((row, i) => of(row).noise.get(draws[i]!) ?? 0), name] as const),
    ]) ?? context.emit('Mul', [state, context.fill('float32', 0, [1])])
  const predictions = older.length > 0 ? [next((row) => row.prediction), ...older.slice(0, -1)] : []
  const results = [
    next((row) => row.point),
    ...(table.onePoint ? [] : [next((row) => row.state)]),
    ...means.slice(0, -1),
    ...predictions,
    ...(estimateShape ? [context.emit('Concat', [unprojected, around.told], { axis: flagAxis(model.network) })] : []),
  ]

  const { data, columns } = numbers.table()
  const head = new Context({ provider: 'webgpu' }, 'row/')
  if (columns > 0) {
    head.initializers.push(tensorProto('row/all', 'float32', [rows.length, columns], data))
    const row = head.emit('Gather', ['row/all', 'loop/turn'], { axis: 0 })
    head.nodes.push({
      opType: 'Split',
      name: 'row/split',
      inputs: [row],
      outputs: Array.from({ length: columns }, (_, i) => columnName(i)),
      attributes: { axis: { kind: 'int', value: 0 }, num_outputs: { kind: 'int', value: columns } },
    })
  }
  const ends = carried.map(({ name }, i) => identity(results[i]!, `loop/next/${name}`))
  return {
    carried,
    graph: {
      name: 'step',
      nodes: [
        ...head.nodes,
        ...context.nodes.slice(0, before),
        ...net.nodes,
        ...context.nodes.slice(before),
        identity('loop/go', 'loop/next/go'),
        ...ends,
      ],
      initializers: [...head.initializers, ...net.initializers, ...context.initializers],
      inputs: [
        { name: 'loop/turn', dtype: 'int64', shape: [] },
        { name: 'loop/go', dtype: 'bool', shape: [] },
        ...carried.map((each) => carriedInfo(named(each.name), batch, each.shape)),
      ],
      outputs: [
        { name: 'loop/next/go', dtype: 'bool', shape: [] },
        ...carried.map((each) => carriedInfo(`loop/next/${each.name}`, batch, each.shape)),
      ],
    },
  }
}

const carriedInfo = (name: string, batch: number | string, shape: readonly number[]): ValueInfo => ({
  name,
  dtype: 'float32',
  shape: [batch, ...shape],
})

const identity = (from: string, to: string) => ({ opType: 'Identity', name: to, inputs: [from], outputs: [to] })

const meanNames = ({ means }: EvaluationTable): string[] => Array.from({ length: means }, (_, k) => `mean/${k}`)
const olderNames = ({ older }: EvaluationTable): string[] => Array.from({ length: older }, (_, k) => `before/${k}`)

/** The names of a network within the body: its conditions are made outside, all others become its own. */
function conditionOr({ network }: DenoisingModel, name: string): string {
  return Object.hasOwn(network.conditions, name) ? around.condition(name) : `net/${name}`
}

/** The prediction alone, where the network gives a variance behind it. */
function predictionOf(context: Context, { network }: DenoisingModel, output: string): string {
  const [channels] = network.inputShape
  if (network.outputShape[0] === channels) return output
  const ends = [0, channels!, 1].map((value) => context.int64([value]))
  return context.emit('Slice', [output, ends[0]!, ends[1]!, ends[2]!])
}

/** x₀ = p m + q x_t: the weights of a prediction and of the state. */
function inverseOf({ schedule, parametrisation: kind }: DenoisingModel, t: number) {
  const { sample: a, noise: b } = parametrisation(kind).weights(schedule, t)
  if (b === 0) return { prediction: 1 / a, x: 0 }
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const scale = a * sigma - b * alpha
  if (scale !== 0) return { prediction: sigma / scale, x: -b / scale }
  throw new TweedieError(
    'usage',
    `a prediction of ${parametrisation(kind).name} says nothing about the data at t = ${t}`,
    {
      hint: 'choose `times` that start later',
    },
  )
}

/** The noises that a row needs: which draws, and the names of their values. */
function noisesOf(context: Context, { rows }: EvaluationTable) {
  const needed = rows.map(({ point, state, prediction }) =>
    [...new Set([point, state, prediction].flatMap(({ noise }) => [...noise.keys()]))].toSorted((a, b) => a - b),
  )
  const most = needed.reduce((count, draws) => Math.max(count, draws.length), 0)
  return Array.from({ length: most }, (_, j) => {
    const draws = needed.map((of) => of[j] ?? -1)
    const places = tensorProto(
      `row/draw/${j}`,
      'int64',
      [draws.length],
      BigInt64Array.from(draws, (draw) => BigInt(Math.max(0, draw))),
    )
    context.initializers.push(places)
    const place = context.emit('Gather', [places.name, 'loop/turn'], { axis: 0 })
    return { name: context.emit('Gather', [around.noise, place], { axis: 0 }), draws }
  })
}
