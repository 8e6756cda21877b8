/** A session whose graph a server evaluates: what goes in and out is compared with what the server says, then every run is a call. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { Signature } from '../../onnx/proto/signature.ts'
import { checkTensors } from '../check.ts'
import { lifetime } from '../lifetime.ts'
import type { Session, TensorData, Tensors, TensorType } from '../session.ts'
import { oneAtATime } from '../turns.ts'
import { datatypes } from './datatypes.ts'
import { encodeBody, splitBody, tensorsIn } from './inference-body.ts'
import {
  type DescribedTensor,
  inferenceClient,
  type InferenceClient,
  type InferenceServer,
} from './inference-client.ts'

/**
 * Asks a server for its model, and makes a session of it.
 *
 * @param signature what goes in and out here, with fixed shapes
 * @throws TweedieError `model` where the server's model takes or gives something else, and the errors of {@link InferenceClient}
 */
export async function remoteSession(server: InferenceServer, signature: Signature): Promise<Session> {
  const { binary = true } = server
  const client = inferenceClient(server)
  const { inputs, outputs } = await client.metadata()
  const places = {
    inputs: compared('input', signature.inputs, inputs, client),
    outputs: compared('output', signature.outputs, outputs, client),
  }
  const life = lifetime('a session', () => {})

  const run = async (given: Tensors, wanted: Tensors, signal: AbortSignal | undefined): Promise<void> => {
    checkTensors(signature, given, wanted)
    throwIfAborted(signal)
    const sent = Object.entries(given).map(
      ([name, tensor]) => [name, { ...tensor, shape: places.inputs.get(name)! }] as const,
    )
    const asked = Object.keys(wanted).map((name) => ({ name, parameters: { binary_data: binary } }))
    const body = encodeBody({ outputs: asked }, 'inputs', Object.fromEntries(sent), () => binary)
    const answer = splitBody(await client.infer(body, signal))
    const results = tensorsIn(answer.json['outputs'], answer.rest)
    for (const [name, tensor] of Object.entries(wanted)) take(name, results[name], tensor, places.outputs.get(name)!)
  }
  const take = (
    name: string,
    result: TensorData | undefined,
    { dtype, data }: TensorData,
    shape: readonly number[],
  ): void => {
    if (result?.dtype === dtype && result.shape.join() === shape.join()) return data.set(result.data as never)
    const got = result ? `${datatypes[result.dtype]} [${result.shape.join(', ')}]` : 'nothing'
    throw new TweedieError(
      'shape',
      `${client.place}: the answer's ${name} is ${got}; expected ${datatypes[dtype]} [${shape.join(', ')}]`,
    )
  }
  return {
    engine: 'remote',
    device: 'remote',
    ...signature,
    run: (given, wanted, { signal } = {}) => life.use(() => run(given, wanted, signal)),
    bind(given, wanted) {
      life.check()
      checkTensors(signature, given, wanted)
      const bound = lifetime('a bound run', () => {})
      const turn = oneAtATime()
      return {
        run: ({ signal } = {}) => life.use(() => bound.use(() => turn(() => run(given, wanted, signal)))),
        dispose: bound.dispose,
        [Symbol.dispose]: bound.dispose,
      }
    },
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

/** The shapes that tensors have on the way, by name. A server may have axes of size 1 behind ours. */
function compared(
  side: 'input' | 'output',
  ours: Signature['inputs'],
  theirs: readonly DescribedTensor[],
  { place }: InferenceClient,
): ReadonlyMap<string, readonly number[]> {
  const misfit = (what: string): TweedieError =>
    new TweedieError('model', `${place}: another model than this one: ${what}`, {
      hint: `it has ${theirs.map(({ name, datatype, shape }) => `${name} ${datatype} [${shape.join(', ')}]`).join('; ')}`,
    })
  const shapes = new Map<string, readonly number[]>()
  for (const { name, dtype, shape = [] } of ours.values()) {
    const found = theirs.find((each) => each.name === name)
    if (!found) throw misfit(`it has no ${side} ${name}`)
    const wide = [...(shape as readonly number[]), ...found.shape.slice(shape.length).map(() => 1)]
    const datatype = datatypes[dtype as TensorType]
    const fits =
      found.datatype === datatype &&
      found.shape.length === wide.length &&
      found.shape.every((size, axis) => size < 0 || size === wide[axis])
    if (!fits) throw misfit(`its ${side} ${name} is not ${datatype} [${shape.join(', ')}]`)
    shapes.set(name, wide)
  }
  const further = side === 'input' ? theirs.find(({ name }) => !ours.has(name)) : undefined
  if (further !== undefined) throw misfit(`it needs an input ${further.name}`)
  return shapes
}
