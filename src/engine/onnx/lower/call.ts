/** Lowering of a call of a file: its nodes become nodes of the graph, under other names. */
import { TweedieError } from '../../../errors.ts'
import type { GraphFile } from '../../graph/ops.ts'
import { showShape } from '../../graph/shape.ts'
import type { Shape } from '../../graph/shape.ts'
import { withExternal } from '../external.ts'
import { decodeModel } from '../proto/decode.ts'
import { dataTypes, type DataType, type ValueInfo } from '../proto/model.ts'
import { renamedGraph } from '../rename.ts'
import type { CalledFile, Context } from './context.ts'
import type { LowerRule, Typed } from './rule.ts'

/** An output of the file; several outputs of the same call share its nodes. */
export const call: LowerRule<'call'> = (context, { inputs, attributes, shape, dtype }, ...given) => {
  const { file, names, output } = attributes
  const called = context.files.get(file) ?? begin(context, file)
  const { graph } = called.model
  const initialized = new Set(graph.initializers.map(({ name }) => name))
  const wanted = graph.inputs.filter(({ name }) => !initialized.has(name))
  const fed = new Map(
    wanted.map((info) => {
      const at = names.indexOf(info.name)
      if (at < 0) throw misfit(called, `its input ${info.name} is not given`, names)
      return [info.name, converted(context, called, given[at]!, inputs[at]!, info)]
    }),
  )
  const stranger = names.find((name) => !fed.has(name))
  if (stranger !== undefined) {
    throw misfit(
      called,
      `it has no input ${stranger}`,
      wanted.map(({ name }) => name),
    )
  }
  const outputs = outputsOf(context, called, fed)
  const info = graph.outputs.find(({ name }) => name === output)
  if (info === undefined) {
    throw misfit(
      called,
      `it has no output ${output}`,
      graph.outputs.map(({ name }) => name),
    )
  }
  requireShape(called, `output ${output}`, info, shape)
  return castTo(context, outputs.get(output)!, info.dtype, dtype)
}

/** Its constants, once, however often it is called. */
function begin(context: Context, file: GraphFile): CalledFile {
  const prefix = `file${context.files.size}/`
  const model = withExternal(decodeModel(file.bytes), file)
  const called = { name: file.name, model, prefix, calls: new Map() }
  context.files.set(file, called)
  context.initializers.push(...model.graph.initializers.map((each) => ({ ...each, name: prefix + each.name })))
  return called
}

/** The nodes for these inputs; the names of what they give. */
function outputsOf(
  context: Context,
  called: CalledFile,
  fed: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const { model, prefix, calls } = called
  const key = JSON.stringify([...fed])
  const known = calls.get(key)
  if (known !== undefined) return known
  const own = calls.size === 0 ? prefix : `${prefix}${calls.size}/`
  const constants = new Set(model.graph.initializers.map(({ name }) => name))
  const rename = (name: string): string => fed.get(name) ?? (constants.has(name) ? prefix : own) + name
  context.nodes.push(...renamedGraph(model.graph, rename).nodes)
  for (const domain of Object.keys(model.opsets)) context.domains.add(domain)
  const outputs = new Map(model.graph.outputs.map(({ name }) => [name, rename(name)]))
  calls.set(key, outputs)
  return outputs
}

/** A value as an input wants it: of its type, its shape checked. */
function converted(context: Context, called: CalledFile, name: string, tensor: Typed, info: ValueInfo): string {
  requireShape(called, `input ${info.name}`, info, tensor.shape)
  return castTo(context, name, tensor.dtype, info.dtype)
}

/** Real numbers that become whole ones are rounded to the nearest: casts alone would cut. */
function castTo(context: Context, name: string, from: DataType, to: DataType): string {
  if (from === to) return name
  const real = (dtype: DataType): boolean => dtype.includes('float')
  const whole = real(from) && !real(to) ? context.emit('Round', [name]) : name
  return context.emit('Cast', [whole], { to: dataTypes[to].code })
}

function requireShape(called: CalledFile, what: string, { shape: declared }: ValueInfo, shape: Shape): void {
  const fits = declared?.every((size, axis) => typeof size === 'string' || size === shape[axis])
  if (declared === undefined || (declared.length === shape.length && fits)) return
  const sizes = declared.map((size) => (size === '' ? '?' : size))
  throw new TweedieError('shape', `${called.name}: its ${what} is [${sizes.join(', ')}], and not ${showShape(shape)}`, {
    hint: 'its sizes are fixed: ask for these, or export it with sizes that are free',
  })
}

function misfit({ name }: CalledFile, what: string, names: readonly string[]): TweedieError {
  return new TweedieError('model', `${name}: ${what}`, { hint: `there are ${names.join(', ') || 'none'}` })
}
