//! Gives the shared library its name: a program linked by path must not record that path.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libwinhttp.dylib");
        }
        Ok("windows") | Err(_) => {}
        Ok(_) => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libwinhttp.so");
            // Its workers do not end: the code that they run must stay.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
    }
}
