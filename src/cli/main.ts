/** The process behind `bin/tweedie.js`. */
import { run } from './program.ts'

// A reader that has seen enough (`tweedie … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
process.exitCode = await run(process.argv.slice(2))
