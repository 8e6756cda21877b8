/** The process behind `bin/tweedie.js`. */
import { endWithoutReaders } from './interrupt.ts'
import { run } from './program.ts'

endWithoutReaders()
process.exitCode = await run(process.argv.slice(2))
