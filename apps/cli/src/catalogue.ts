/** Every command: how it is called, what help and completions say of it, and where its code is. In the order of help. */
import type { Command } from './command.ts'

const allowHttp = { name: 'allow-http', help: 'Allow http:// to other machines' }

export const commands: readonly Command[] = [
  {
    metadata: {
      name: 'login',
      positionals: '[archive]',
      summary: 'Sign in to an archive',
      options: [
        { name: 'no-browser', help: "Don't open a browser" },
        { name: 'device', help: 'Run the sign-in even in CI, approved on another device' },
        { name: 'qr', help: 'Show a QR code also beside a browser' },
        { name: 'no-qr', help: 'Show no QR code' },
        { name: 'force', help: 'Start a new session even if you are logged in' },
        {
          name: 'storage',
          argument: 'auto|keychain|file',
          choices: ['auto', 'keychain', 'file'],
          help: 'Where to keep the login',
        },
        { name: 'token-stdin', help: 'Store a token read from standard input instead' },
        { name: 'no-link', help: "Don't link this folder" },
        allowHttp,
      ],
      environment: [
        ['OSA_SERVER', 'The archive, when none is named'],
        ['OSA_CREDENTIAL_STORE', 'auto, keychain or file: where to keep the login'],
        ['OSA_CONFIG_DIR', 'The folder of credentials.json (default ~/.config/osa)'],
        ['OSA_BROWSER, BROWSER', 'The command that opens the page; none: never open one'],
        ['OSA_ALLOW_HTTP', '1: as --allow-http'],
        ['OSA_TOKEN', 'A token for scripts and CI, which then need no login'],
        ['HTTPS_PROXY, NO_PROXY', 'The way through a proxy'],
        ['NODE_EXTRA_CA_CERTS', "Your company's CA file (PEM)"],
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
      environment: [['OSA_BROWSER, BROWSER', 'The command that opens the page; none: never open one']],
      examples: ['verify BCDF-GHJK', 'verify BCDF-GHJK --server archive.example.org --no-browser'],
    },
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    metadata: {
      name: 'logout',
      positionals: '[archive]',
      summary: 'End your session and forget it on this computer',
      options: [
        { name: 'all', help: 'Log out of every archive' },
        { name: 'local', help: "Only forget it here, don't tell the archive" },
        allowHttp,
      ],
      examples: ['logout', 'logout archive.example.org', 'logout --all'],
    },
    load: async () => (await import('./commands/logout.ts')).logout,
  },
  {
    metadata: {
      name: 'whoami',
      positionals: '',
      summary: 'Show who you are on this archive',
      options: [{ name: 'offline', help: 'Say who logged in last, without asking the archive' }, allowHttp],
      examples: ['whoami', 'whoami --server archive.example.org', 'whoami --json'],
    },
    load: async () => (await import('./commands/whoami.ts')).whoami,
  },
  {
    metadata: {
      name: 'status',
      positionals: '',
      summary: 'Show the link of this folder and your logins',
      options: [
        { name: 'offline', help: "Don't ask the archives" },
        { name: 'all', help: 'Ask every archive you are logged in to, not only this one' },
        allowHttp,
      ],
      examples: ['status', 'status --all', 'status --offline --json'],
    },
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    metadata: {
      name: 'doctor',
      positionals: '',
      summary: 'Check everything that osa needs here, and say what to do',
      options: [allowHttp],
      examples: ['doctor', 'doctor --server archive.example.org', 'doctor --json'],
    },
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    metadata: {
      name: 'sessions',
      positionals: '',
      summary: 'List the terminals you are signed in on, and end one',
      options: [{ name: 'revoke', argument: 'id', help: 'End this session' }, allowHttp],
      examples: ['sessions', 'sessions --revoke 3f2b6c1a-…', 'sessions --json'],
    },
    load: async () => (await import('./commands/sessions.ts')).sessions,
  },
  {
    metadata: {
      name: 'token',
      positionals: '',
      summary: 'Print an access token that is valid now',
      options: [
        { name: 'yes', help: 'Print it even on a terminal' },
        { name: 'min-ttl', argument: 'seconds', help: 'How long it must be valid at least (default 300)' },
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
        { name: 'force', help: 'Replace another link; an unreadable file is kept beside it' },
        { name: 'no-verify', help: "Don't ask the server whether it is an archive" },
        allowHttp,
      ],
      examples: ['link archive.example.org', 'link http://127.0.0.1:8000 --no-verify'],
    },
    load: async () => (await import('./commands/link.ts')).link,
  },
  {
    metadata: {
      name: 'unlink',
      positionals: '',
      summary: 'Remove the link of this folder',
      options: [],
      examples: ['unlink'],
    },
    load: async () => (await import('./commands/unlink.ts')).unlink,
  },
  {
    metadata: {
      name: 'init',
      positionals: '[folder]',
      summary: 'Write a project to deploy from: a convention, a hook, and their types',
      options: [{ name: 'no-install', help: "Don't run npm install" }],
      examples: ['init', 'init field-notes', 'init field-notes --no-install'],
    },
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    metadata: {
      name: 'deploy',
      positionals: '',
      summary: 'Build the images of this folder and register its conventions',
      options: [
        {
          name: 'config',
          argument: 'file',
          help: 'The file to deploy (default osa.config.ts, .mts, .js, .mjs or .json)',
        },
        { name: 'manifest', argument: 'file', help: 'A JSON manifest instead; - for standard input' },
        { name: 'registry', argument: 'registry', help: 'Where images are pushed, such as ghcr.io/group' },
        {
          name: 'context-root',
          argument: 'dir',
          help: "Let images be built from anywhere below this folder (default: the file's own)",
        },
        { name: 'skip-build', help: 'Use the images that were pushed last' },
        { name: 'dry-run', help: 'Print what would be sent; build and send nothing' },
        { name: 'token', argument: 'token', help: 'An access token (visible to others: use OSA_TOKEN)', hidden: true },
        allowHttp,
      ],
      environment: [
        ['OSA_SERVER', 'The archive, before the link of the folder'],
        ['OSA_TOKEN', 'A token for scripts and CI, which then need no login'],
        ['OSA_REGISTRY', 'As --registry'],
        ['OSA_CONTAINER_TOOL', 'docker or podman (default: docker where it runs, else podman)'],
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
      summary: 'Open a page of the archive in your browser: its first one, your sessions, or a convention',
      options: [{ name: 'no-browser', help: "Print the address, don't open a browser" }, allowHttp],
      environment: [['OSA_BROWSER, BROWSER', 'The command that opens the page; none: never open one']],
      examples: ['open', 'open sessions', 'open pdb-structure', 'open pdb-structure@2 --no-browser'],
    },
    load: async () => (await import('./commands/open.ts')).open,
  },
  {
    metadata: {
      name: 'completions',
      positionals: '<install|shell> [shell]',
      positionalChoices: ['install', 'bash', 'zsh', 'fish', 'powershell'],
      summary: 'Install the completions for a shell, or print them',
      options: [{ name: 'rc', help: 'install: also add the line that zsh or PowerShell starts with' }],
      environment: [
        ['SHELL', 'The shell, when install names none'],
        ['XDG_DATA_HOME, XDG_CONFIG_HOME', 'Where shells look (default ~/.local/share, ~/.config)'],
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

/** The command of a name; null when there is none. */
export const findCommand = (name: string): Command | null =>
  commands.find(({ metadata }) => metadata.name === name) ?? null
