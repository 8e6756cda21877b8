/** The process behind `bin/tweedie.js`. */
import { subscribe } from 'node:diagnostics_channel'
import { endWithoutReaders } from './interrupt.ts'
import { run } from './program.ts'

// Compiled graphs are cached for the next command, unless the user turns that off.
process.env.TWEEDIE_CACHE ||= 'on'
subscribe('tweedie:note', (note) => process.stderr.write(`tweedie: ${(note as { message: string }).message}\n`))

endWithoutReaders()
process.exitCode = await run(process.argv.slice(2))
