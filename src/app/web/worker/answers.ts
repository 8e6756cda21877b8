/** What answers the calls of a page, and what all answers share. */
import type { Engine } from '../../../engine/runtime/session.ts'
import type { OwnParts } from '../../../families/family.ts'
import type { CallName, Calls, EngineFacts, PlainProgress, RunEvent } from './protocol.ts'

/** Engines with what they say about themselves. */
export interface StartedEngine {
  readonly engine: Engine
  readonly facts: EngineFacts
}

/** The surroundings of one call. */
export interface CallContext {
  readonly id: number
  readonly signal: AbortSignal
  readonly progress: (progress: PlainProgress) => void
  readonly remark: (text: string) => void
  readonly events: (events: readonly RunEvent[]) => void
}

/** What answers calls of some names. */
export type Answers<Names extends CallName> = {
  readonly [Name in Names]: (ask: Calls[Name]['ask'], context: CallContext) => Promise<Calls[Name]['answer']>
}

/** What all calls share. */
export interface Bench {
  readonly own: OwnParts
  engine(): Promise<StartedEngine>
  /** The engine, if it was started. */
  started(): EngineFacts | undefined
}
