import { execFileSync } from 'node:child_process';

/** Tests that run the command line run what is built, so the build is brought up to date first. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
