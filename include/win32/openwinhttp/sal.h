/*
 * Microsoft's source annotations, as nothing: they tell Microsoft's analyser about buffers and never change code.
 *
 * SAL 2 (_In_, _Out_ ...) is always here. Of SAL 1 (__in, __out ...) the plain names __in and __out are parameter names
 * inside the C++ standard library, so in C++ they are defined only on request: define OPENWINHTTP_SAL1 before the first
 * include, and include the standard library's headers first. In C they are always here.
 */
#ifndef OPENWINHTTP_SAL_H
#define OPENWINHTTP_SAL_H

/* SAL 2: parameters */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(size)
#define _In_reads_opt_(size)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _In_reads_z_(size)
#define _In_reads_opt_z_(size)
#define _In_reads_or_z_(size)
#define _In_reads_to_ptr_(pointer)
#define _In_range_(low, high)
#define _In_bytecount_(size)
#define _In_count_(size)
#define _In_NLS_string_(size)
#define _Out_
#define _Out_opt_
#define _Out_writes_(size)
#define _Out_writes_opt_(size)
#define _Out_writes_z_(size)
#define _Out_writes_opt_z_(size)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_to_(size, count)
#define _Out_writes_to_opt_(size, count)
#define _Out_writes_bytes_to_(size, count)
#define _Out_writes_bytes_to_opt_(size, count)
#define _Out_writes_all_(size)
#define _Out_writes_bytes_all_(size)
#define _Out_range_(low, high)
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_opt_z_
#define _Inout_updates_(size)
#define _Inout_updates_opt_(size)
#define _Inout_updates_z_(size)
#define _Inout_updates_to_(size, count)
#define _Inout_updates_to_opt_(size, count)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_opt_(size)
#define _Inout_updates_bytes_to_(size, count)
#define _Inout_updates_bytes_to_opt_(size, count)
#define _Inout_updates_all_(size)
#define _Inout_updates_all_opt_(size)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_z_
#define _Outptr_opt_result_z_
#define _Outptr_result_maybenull_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_maybenull_z_
#define _Outptr_opt_result_maybenull_z_
#define _Outptr_result_nullonfailure_
#define _Outptr_opt_result_nullonfailure_
#define _Outptr_result_buffer_(size)
#define _Outptr_opt_result_buffer_(size)
#define _Outptr_result_buffer_maybenull_(size)
#define _Outptr_result_bytebuffer_(size)
#define _Outptr_opt_result_bytebuffer_(size)
#define _Outptr_result_bytebuffer_maybenull_(size)
#define _Outref_
#define _COM_Outptr_
#define _COM_Outptr_opt_
#define _Reserved_
#define _Const_
#define _Printf_format_string_
#define _Scanf_format_string_

/* SAL 2: results, fields, conditions, functions */
#define _Ret_
#define _Ret_z_
#define _Ret_maybenull_
#define _Ret_maybenull_z_
#define _Ret_notnull_
#define _Ret_null_
#define _Ret_range_(low, high)
#define _Ret_writes_(size)
#define _Ret_writes_bytes_(size)
#define _Ret_writes_maybenull_(size)
#define _Ret_writes_bytes_maybenull_(size)
#define _Field_range_(low, high)
#define _Field_size_(size)
#define _Field_size_opt_(size)
#define _Field_size_full_(size)
#define _Field_size_part_(size, count)
#define _Field_size_bytes_(size)
#define _Field_size_bytes_opt_(size)
#define _Field_size_bytes_full_(size)
#define _Field_size_bytes_part_(size, count)
#define _Field_z_
#define _Struct_size_bytes_(size)
#define _Null_terminated_
#define _NullNull_terminated_
#define _Notnull_
#define _Maybenull_
#define _Pre_
#define _Pre_valid_
#define _Pre_maybenull_
#define _Pre_notnull_
#define _Pre_satisfies_(condition)
#define _Post_
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Post_satisfies_(condition)
#define _Post_valid_
#define _Post_equal_to_(value)
#define _At_(target, annotations)
#define _At_buffer_(target, index, bound, annotations)
#define _When_(condition, annotations)
#define _On_failure_(annotations)
#define _Always_(annotations)
#define _Group_(annotations)
#define _Success_(condition)
#define _Return_type_success_(condition)
#define _Check_return_
#define _Check_return_opt_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Use_decl_anno_impl_
#define _Function_class_(name)
#define _Analysis_assume_(condition)
#define _Analysis_assume_nullterminated_(text)
#define _Analysis_noreturn_
#define _Deref_out_
#define _Deref_post_opt_null_
#define _Acquires_lock_(lock)
#define _Releases_lock_(lock)
#define _Requires_lock_held_(lock)
#define _Requires_lock_not_held_(lock)
#define _Requires_exclusive_lock_held_(lock)
#define _Requires_shared_lock_held_(lock)
#define _Acquires_exclusive_lock_(lock)
#define _Releases_exclusive_lock_(lock)
#define _Guarded_by_(lock)
#define _Interlocked_
#define _Interlocked_operand_
#define _IRQL_requires_max_(level)
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define __analysis_assume(condition)
#define __drv_aliasesMem
#define __drv_allocatesMem(kind)
#define __drv_freesMem(kind)
#define __drv_when(condition, annotations)

/* SAL 1 */
#if !defined(__cplusplus) || defined(OPENWINHTTP_SAL1)
#define __in
#define __out
#endif
#define __in_opt
#define __in_z
#define __in_z_opt
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __in_ecount_z(size)
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __out_opt
#define __out_z
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __out_ecount_z(size)
#define __out_ecount_part(size, length)
#define __out_ecount_part_opt(size, length)
#define __out_ecount_full(size)
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_part(size, length)
#define __out_bcount_part_opt(size, length)
#define __out_bcount_full(size)
#define __inout
#define __inout_opt
#define __inout_z
#define __inout_ecount(size)
#define __inout_ecount_opt(size)
#define __inout_bcount(size)
#define __inout_bcount_opt(size)
#define __deref_in
#define __deref_in_opt
#define __deref_out
#define __deref_out_opt
#define __deref_out_z
#define __deref_opt_out
#define __deref_opt_out_opt
#define __deref_inout
#define __deref_inout_opt
#define __deref_out_ecount(size)
#define __deref_out_bcount(size)
#define __reserved
#define __checkReturn
#define __success(condition)
#define __nullterminated
#define __format_string
#define __callback
#define __override
#define __blocksOn(resource)

#endif /* OPENWINHTTP_SAL_H */
