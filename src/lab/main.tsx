/** The Lab begins here. */
import { render } from 'preact'
import { Shell } from './shell.tsx'

render(<Shell />, document.querySelector('#lab')!)
