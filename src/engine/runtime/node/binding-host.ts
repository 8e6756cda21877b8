/**
 * The process that runs the addon for a worker thread (see `ort-apart.ts`): it answers calls from its parent, and ends when the
 * parent does.
 */
import { isTweedieError } from '../../../errors.ts'
import { tensorArrays } from '../session.ts'
import type { Session, TensorData } from '../session.ts'
import type { Answer, Call } from './ort-apart.ts'
import { bindingEngine } from './ort-binding.ts'

const sessions = new Map<number, Session>()

process.on('disconnect', () => process.exit())
process.on('message', (call: Call) => {
  answer(call).then(
    (value) => process.send!({ id: call.id, value } satisfies Answer),
    (error: unknown) => process.send!({ id: call.id, error: plain(error) } satisfies Answer),
  )
})

async function answer(call: Call): Promise<unknown> {
  switch (call.name) {
    case 'create': {
      const session = await bindingEngine.createSession(call.model, call.options)
      sessions.set(call.id, session)
      const { device, inputs, outputs } = session
      return { device, inputs, outputs }
    }
    case 'run': {
      const outputs = Object.entries(call.outputs).map(([name, { dtype, shape }]) => {
        const length = shape.reduce((product, size) => product * size, 1)
        return [name, { dtype, shape, data: new tensorArrays[dtype](length) } satisfies TensorData] as const
      })
      await sessions.get(call.session)!.run(call.inputs, Object.fromEntries(outputs))
      return Object.fromEntries(outputs.map(([name, { data }]) => [name, data]))
    }
    case 'dispose': {
      sessions.get(call.session)?.dispose()
      sessions.delete(call.session)
      return undefined
    }
  }
}

function plain(error: unknown): NonNullable<Answer['error']> {
  if (isTweedieError(error)) return { code: error.code, message: error.message, hint: error.hint }
  return { code: 'internal', message: String(error), hint: undefined }
}
