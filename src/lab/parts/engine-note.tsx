/** Says what computes: the device, the threads, and why; or why nothing does. */
import { text } from '../text.ts'
import { engine } from '../remote/tweedie.ts'
import { Note } from './notes.tsx'

export function EngineNote() {
  const facts = engine.value
  if (facts === undefined) return <p class="engine">{text.engine.loading}</p>
  if ('problem' in facts) {
    return <Note kind="error">{text.engine.none(facts.problem)}</Note>
  }
  return <p class="engine">{text.engine.runs(facts.why)}</p>
}
