/** The worker's end of the line: takes requests, and answers them one by one, many at a time. */
import { TweedieError } from '../../../errors.ts'
import type { OwnParts } from '../../../families/family.ts'
import type { Answers, Bench, CallContext, StartedEngine } from './answers.ts'
import { buffersIn, type Line } from './line.ts'
import { plainError } from './plain-error.ts'
import type { CallName, EngineFacts, EngineWish, Reply, Request } from './protocol.ts'
import { dataCalls } from './serve-data.ts'
import { modelCalls } from './serve-models.ts'
import { runCalls } from './serve-runs.ts'

/** How a worker works. */
export interface ServeOptions {
  /** Makes the engine, when it is first needed. */
  readonly engine: (wish: EngineWish) => Promise<StartedEngine>
  /** Parts of the user's own, by name. */
  readonly own?: OwnParts | undefined
}

/**
 * Answers the requests of a page.
 *
 * @param line a worker's own scope, or a port
 */
export function serve(line: Line, { engine: make, own = {} }: ServeOptions): void {
  let wish: EngineWish = {}
  let starting: Promise<StartedEngine> | undefined
  let facts: EngineFacts | undefined
  const engine = (): Promise<StartedEngine> => {
    starting ??= make(wish).then((made) => {
      facts = made.facts
      return made
    })
    // A failure is not kept: the page may ask for another device.
    starting.catch(() => (starting = undefined))
    return starting
  }
  const bench: Bench = { own, engine, started: () => facts }
  const data = dataCalls(bench)
  const models = modelCalls(bench)
  const runs = runCalls(bench, data, models)
  const answers: Answers<CallName> = {
    ...data.answers,
    ...models.answers,
    ...runs.answers,
    async engine(asked) {
      if (starting === undefined) wish = asked
      return (await engine()).facts
    },
    state: async () => ({
      engine: facts,
      data: data.state(),
      models: models.state(),
      runs: runs.state(),
      storage: await runs.storage(),
    }),
  }
  const going = new Map<number, AbortController>()
  const send = (reply: Reply): void => {
    const isAnswer = reply.type === 'answer' || reply.type === 'progress'
    line.postMessage(reply, isAnswer ? [...buffersIn(reply)] : [])
  }
  const answer = async (request: Extract<Request, { readonly ask: unknown }>): Promise<void> => {
    const { id } = request
    const controller = new AbortController()
    going.set(id, controller)
    try {
      const handler = answers[request.do] as Answers<CallName>[CallName] | undefined
      if (handler === undefined) throw new TweedieError('internal', `the worker does not know the call ${request.do}`)
      const value = await (handler as (ask: unknown, context: CallContext) => Promise<unknown>)(request.ask, {
        id,
        signal: controller.signal,
        progress: (progress) => send({ id, type: 'progress', progress }),
        remark: (text) => send({ id, type: 'remark', text }),
        events: (events) => send({ id, type: 'events', events }),
      })
      send({ id, type: 'answer', value })
    } catch (error) {
      send({ id, type: 'failure', error: plainError(error) })
    } finally {
      going.delete(id)
    }
  }
  line.addEventListener('message', ({ data: message }) => {
    const request = message as Request
    if (request.do === 'abort') {
      going.get(request.id)?.abort(request.reason === undefined ? undefined : new Error(request.reason))
    } else if (request.do === 'release') {
      data.release(request.id)
      models.release(request.id)
    } else void answer(request)
  })
  line.start?.()
}
