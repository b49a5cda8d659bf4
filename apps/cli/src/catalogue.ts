/** All commands, in the order of the help: names, options, texts for help, completions and manual pages, and where the code is. */
import type { Command } from './command.ts'
import { shells } from './shells.ts'

const allowHttp = { name: 'allow-http', help: 'Allow http:// to other computers (not encrypted)' }
const browserVariables = ['OSA_BROWSER, BROWSER', 'The command that opens pages; none means no browser'] as const
const tokenVariable = ['OSA_TOKEN', 'An access token for scripts and CI, used instead of a login'] as const

export const commands: readonly Command[] = [
  {
    metadata: {
      name: 'login',
      positionals: '[archive]',
      summary: 'Sign in to an archive',
      options: [
        { name: 'no-browser', help: "Don't open a browser" },
        { name: 'device', help: 'Sign in even in CI: you approve on another device' },
        { name: 'qr', help: 'Show a QR code even if a browser opens' },
        { name: 'no-qr', help: "Don't show a QR code" },
        { name: 'force', help: 'Start a new session even if you are logged in' },
        {
          name: 'storage',
          argument: 'auto|keychain|file',
          choices: ['auto', 'keychain', 'file'],
          help: 'Where to store the login',
        },
        { name: 'token-stdin', help: 'Read a token from standard input and store that, instead of signing in' },
        { name: 'no-link', help: "Don't link this folder" },
        allowHttp,
      ],
      environment: [
        ['OSA_SERVER', 'The archive to use if the command line names none'],
        ['OSA_CREDENTIAL_STORE', 'Where to store the login: auto, keychain or file'],
        ['OSA_CONFIG_DIR', 'The folder of credentials.json (default ~/.config/osa)'],
        browserVariables,
        ['OSA_ALLOW_HTTP', '1 means the same as --allow-http'],
        tokenVariable,
        ['HTTPS_PROXY, NO_PROXY', 'The proxy to use, and the hosts to reach without it'],
        ['NODE_EXTRA_CA_CERTS', "A file with your company's CA certificates (PEM)"],
      ],
      examples: ['login archive.example.org', 'login --no-browser', 'login --json </dev/null'],
    },
    load: async () => (await import('./commands/login.ts')).login,
  },
  {
    metadata: {
      name: 'verify',
      positionals: '<code>',
      summary: 'Look up a sign-in code that another terminal shows, and open its page',
      options: [{ name: 'no-browser', help: "Don't open a browser" }, allowHttp],
      environment: [browserVariables],
      examples: ['verify BCDF-GHJK', 'verify BCDF-GHJK --server archive.example.org --no-browser'],
    },
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    metadata: {
      name: 'logout',
      positionals: '[archive]',
      summary: 'End your session and remove the login from this computer',
      options: [
        { name: 'all', help: 'Log out of every archive' },
        { name: 'local', help: "Only remove the login here; don't tell the archive" },
        allowHttp,
      ],
      examples: ['logout', 'logout archive.example.org', 'logout --all'],
    },
    load: async () => (await import('./commands/logout.ts')).logout,
  },
  {
    metadata: {
      name: 'whoami',
      summary: 'Show which account you are signed in with',
      options: [{ name: 'offline', help: 'Show who logged in last, without asking the archive' }, allowHttp],
      examples: ['whoami', 'whoami --server archive.example.org', 'whoami --json'],
    },
    load: async () => (await import('./commands/whoami.ts')).whoami,
  },
  {
    metadata: {
      name: 'status',
      summary: 'Show the link of this folder and your logins',
      options: [
        { name: 'offline', help: "Don't ask the archives" },
        { name: 'all', help: 'Ask every archive you are logged in to, not only the one used here' },
        allowHttp,
      ],
      examples: ['status', 'status --all', 'status --offline --json'],
    },
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    metadata: {
      name: 'doctor',
      summary: 'Check everything that osa needs on this computer, and say how to fix problems',
      options: [allowHttp],
      examples: ['doctor', 'doctor --server archive.example.org', 'doctor --json'],
    },
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    metadata: {
      name: 'sessions',
      summary: 'List the terminals you are signed in on, or sign one of them out',
      options: [{ name: 'revoke', argument: 'id', help: 'End the session with this id' }, allowHttp],
      examples: ['sessions', 'sessions --revoke 3f2b6c1a-…', 'sessions --json'],
    },
    load: async () => (await import('./commands/sessions.ts')).sessions,
  },
  {
    metadata: {
      name: 'token',
      summary: 'Print a valid access token',
      options: [
        { name: 'yes', help: 'Print it even on a terminal' },
        { name: 'min-ttl', argument: 'seconds', help: 'How long the token must stay valid at least (default 300)' },
        allowHttp,
      ],
      examples: ['token --json', 'token --server archive.example.org | pbcopy'],
    },
    load: async () => (await import('./commands/token.ts')).token,
  },
  {
    metadata: {
      name: 'link',
      positionals: '[archive]',
      summary: 'Link this folder to an archive',
      options: [
        { name: 'force', help: 'Replace an existing link; if the file is not valid, keep a copy of it' },
        { name: 'no-verify', help: "Don't check that there is an archive at the address" },
        allowHttp,
      ],
      examples: ['link archive.example.org', 'link http://127.0.0.1:8000 --no-verify'],
    },
    load: async () => (await import('./commands/link.ts')).link,
  },
  {
    metadata: { name: 'unlink', summary: 'Remove the link of this folder', options: [], examples: ['unlink'] },
    load: async () => (await import('./commands/unlink.ts')).unlink,
  },
  {
    metadata: {
      name: 'init',
      positionals: '[folder]',
      summary: 'Create a project to deploy from: a convention, a hook and their types',
      options: [{ name: 'no-install', help: "Don't run npm install" }],
      examples: ['init', 'init field-notes', 'init field-notes --no-install'],
    },
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    metadata: {
      name: 'deploy',
      summary: 'Build the images of this folder and register its conventions',
      options: [
        {
          name: 'config',
          argument: 'file',
          help: 'The file to deploy (default osa.config.ts, .mts, .js, .mjs or .json)',
        },
        { name: 'manifest', argument: 'file', help: 'A JSON manifest to deploy instead; - reads standard input' },
        { name: 'registry', argument: 'registry', help: 'The registry to push images to, such as ghcr.io/group' },
        {
          name: 'context-root',
          argument: 'dir',
          help: 'Allow images to be built from any folder below this one (default: the folder of the file)',
        },
        { name: 'skip-build', help: 'Use the images that were pushed last; build none' },
        { name: 'dry-run', help: 'Print what would be sent; build and send nothing' },
        { name: 'token', argument: 'token', help: 'An access token (visible to others: use OSA_TOKEN)', hidden: true },
        allowHttp,
      ],
      environment: [
        ['OSA_SERVER', 'The archive to deploy to, instead of the one that the folder is linked to'],
        tokenVariable,
        ['OSA_REGISTRY', 'The same as --registry'],
        ['OSA_CONTAINER_TOOL', 'docker or podman (default: docker if it runs, otherwise podman)'],
      ],
      examples: ['deploy', 'deploy --dry-run', 'deploy --registry ghcr.io/group', 'deploy --manifest manifest.json'],
    },
    load: async () => (await import('./commands/deploy.ts')).deploy,
  },
  {
    metadata: {
      name: 'conventions',
      positionals: '<list|show> [convention]',
      positionalChoices: ['list', 'show'],
      summary: 'List the conventions of an archive, or show one of them',
      options: [allowHttp],
      examples: [
        'conventions list',
        'conventions list --server archive.example.org --json',
        'conventions show pdb-structure',
        'conventions show pdb-structure@2',
      ],
    },
    load: async () => (await import('./commands/conventions.ts')).conventions,
  },
  {
    metadata: {
      name: 'open',
      positionals: '[sessions|convention]',
      positionalWords: ['sessions'],
      summary: 'Open a page of the archive in your browser: the start page, your sessions or a convention',
      options: [{ name: 'no-browser', help: "Print the address; don't open a browser" }, allowHttp],
      environment: [browserVariables],
      examples: ['open', 'open sessions', 'open pdb-structure', 'open pdb-structure@2 --no-browser'],
    },
    load: async () => (await import('./commands/open.ts')).open,
  },
  {
    metadata: {
      name: 'completions',
      positionals: '<install|shell> [shell]',
      positionalChoices: ['install', ...shells],
      secondChoices: { install: shells },
      summary: 'Install or print the completions for a shell',
      options: [{ name: 'rc', help: "With install: also add the line that the shell's start-up file needs" }],
      environment: [
        ['SHELL', 'The shell to install for, if you name none'],
        ['XDG_DATA_HOME, XDG_CONFIG_HOME', 'Where shells look for completions (default ~/.local/share, ~/.config)'],
      ],
      examples: [
        'completions install',
        'completions install zsh --rc',
        'completions zsh > ~/.zfunc/_osa',
        'completions fish > ~/.config/fish/completions/osa.fish',
        'completions powershell | Out-String | Invoke-Expression',
      ],
    },
    load: async () => (await import('./commands/completions.ts')).completions(commands),
  },
  {
    metadata: {
      name: 'help',
      positionals: '[command]',
      summary: 'Explain a command',
      options: [],
      examples: ['help', 'help login'],
    },
    load: async () => (await import('./commands/help.ts')).help(commands),
  },
]

/** Returns the command with this name, or null. */
export const findCommand = (name: string): Command | null =>
  commands.find(({ metadata }) => metadata.name === name) ?? null
