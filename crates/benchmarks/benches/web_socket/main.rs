//! WebSocket clients against an echo server on the loopback interface: CPU time, latency, memory. On Linux with glibc only.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux;

fn main() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    linux::main();
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    println!("This benchmark runs on Linux with glibc only.");
}
