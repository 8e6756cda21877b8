/** Begins the fault that `TWEEDIE_FAULT` describes as JSON, and says at the exit how many changes there were: for `node --import`. */
import { writeSync } from 'node:fs'
import { begin, end } from './faults.mjs'

const { at, report, ...fault } = JSON.parse(process.env.TWEEDIE_FAULT)
begin({ ...fault, at: at ?? Infinity })
process.on('exit', () => {
  const count = end()
  if (report) writeSync(2, `changes: ${count}\n`)
})
